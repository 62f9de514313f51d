-- Run on a restored database before anything is started on it (docs/operations.md, "Restore").
-- What was waiting when the backup was made may have gone out since: it becomes unknown and is listed, not sent.
UPDATE delivery
SET state = 'unknown', reason = 'restored from a backup', settled_at = CURRENT_TIMESTAMP
WHERE state IN ('waiting', 'held', 'sending') AND channel <> 'web';

-- The web page shows a message once, and its lines were restored with it: what waits may go out, replies included.
-- What would have been sent out by a plan before this moment is written off: closing and freezing are never too late.
UPDATE occurrence
SET state = 'missed', note = 'round.missed_late', done_at = CURRENT_TIMESTAMP
WHERE state = 'waiting' AND fires_at <= CURRENT_TIMESTAMP AND kind IN ('open', 'remind', 'review', 'digest');
