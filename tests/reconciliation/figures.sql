-- Every count of every round once more, from the log, the outbox and the diary. Written from the formulas alone.

-- Up to where a round's figures look: the entry and the moment of its freezing, or everything so far.
CREATE TABLE cut AS
SELECT round.id, coalesce(min(frozen.id), 9223372036854775807) AS entry, coalesce(min(frozen."at"), TIMESTAMP 'infinity') AS "at"
FROM round LEFT JOIN ledger AS frozen ON frozen.kind = 'frozen' AND frozen.round_id = round.id
GROUP BY round.id;

CREATE TABLE member AS
SELECT round_id, questions, CAST(place.key AS BIGINT) AS unit_id, unnest(place.value) AS person_id
FROM (
    SELECT
        round_id,
        json_array_length(body, '$.questions') AS questions,
        unnest(map_entries(from_json(body -> 'members', '"MAP(VARCHAR, BIGINT[])"'))) AS place
    FROM ledger WHERE kind = 'round_opened'
);

CREATE TABLE replied AS
SELECT given.id, given."at", given.round_id, given.person_id, given.unit_id,
    CAST(given.body ->> 'question' AS BIGINT) AS question, CAST(given.body ->> 'counted' AS BOOLEAN) AS counted
FROM ledger AS given JOIN cut ON cut.id = given.round_id
WHERE given.kind = 'answered' AND given.id < cut.entry AND NOT EXISTS (
    SELECT 1 FROM ledger AS erased
    WHERE erased.kind = 'erased' AND erased.person_id = given.person_id
        AND erased.id > given.id AND erased.id < cut.entry
);

CREATE TABLE excused AS
SELECT DISTINCT ledger.round_id, ledger.person_id
FROM ledger JOIN cut ON cut.id = ledger.round_id
WHERE ledger.kind = 'exempted' AND ledger.id < cut.entry;

CREATE TABLE linked AS
SELECT DISTINCT round_id, person_id
FROM (
    SELECT cut.id AS round_id, person_id, body ->> 'account_id' AS account, arg_max(kind, ledger.id) AS newest
    FROM ledger JOIN cut ON ledger.id < cut.entry
    WHERE kind IN ('linked', 'unlinked') GROUP BY ALL
) WHERE newest = 'linked';

CREATE TABLE withdrew AS
SELECT cut.id AS round_id, person_id
FROM ledger JOIN cut ON ledger.id < cut.entry
WHERE kind IN ('linked', 'erased') GROUP BY ALL
HAVING arg_max(kind, ledger.id) = 'erased' AND count(*) FILTER (kind = 'linked') > 0;

CREATE TABLE opening AS
SELECT delivery.round_id, CAST(split_part(key, ':', 3) AS BIGINT) AS person_id,
    bool_or(tries > 0 AND claimed_at <= cut."at") AS tried,
    bool_or(delivery.state = 'sent' AND settled_at <= cut."at") AS got
FROM delivery JOIN cut ON cut.id = delivery.round_id
WHERE kind = 'open' GROUP BY ALL;

-- Which key was in force from when until when. What was right once stays right; what a later key calls right becomes so.
CREATE TABLE key_span AS
WITH step AS (
    SELECT question_code AS code, CAST(before AS JSON) AS before, CAST(after AS JSON) AS after, entered_at AS "at",
        row_number() OVER (PARTITION BY question_code ORDER BY id) AS place,
        lead(entered_at, 1, TIMESTAMP 'infinity') OVER (PARTITION BY question_code ORDER BY id) AS until
    FROM key_correction
)
SELECT code, after AS right_options, "at" AS since, until FROM step
UNION ALL SELECT code, before, TIMESTAMP '-infinity', "at" FROM step WHERE place = 1
UNION ALL SELECT code, CAST(right_options AS JSON), TIMESTAMP '-infinity', TIMESTAMP 'infinity' FROM question_version
WHERE code NOT IN (SELECT code FROM step);

CREATE TABLE judged AS
SELECT said.*, question.topic,
    bool_or(CAST(json_contains(span.right_options, CAST(said.option AS VARCHAR)) AS BOOLEAN) AND span.since <= cut."at") AS was_right,
    bool_or(CAST(json_contains(span.right_options, CAST(said.option AS VARCHAR)) AS BOOLEAN)
        AND (erased."at" IS NULL OR span.since <= erased."at")) AS is_right,
    any_value(erased."at") AS erased_at
FROM said
JOIN cut ON cut.id = said.round_id
JOIN question_version AS question ON question.id = said.question
JOIN key_span AS span ON span.code = question.code AND span.until > said."at"
LEFT JOIN LATERAL (
    SELECT min(ledger."at") AS "at" FROM ledger
    WHERE ledger.kind = 'erased' AND ledger.person_id = said.person_id AND ledger."at" > said."at"
) AS erased ON true
GROUP BY ALL;

CREATE TABLE head_count AS
WITH told AS (
    SELECT replied.round_id, replied.person_id, count(DISTINCT question) AS answers,
        count(*) FILTER (was_right) AS rights, count(*) FILTER (is_right) AS rights_now
    FROM replied JOIN judged USING (round_id, person_id, question, "at")
    WHERE replied.counted GROUP BY ALL
)
SELECT member.round_id, member.unit_id, member.person_id, questions,
    coalesce(answers, 0) AS answers, coalesce(rights, 0) AS rights, coalesce(rights_now, 0) AS rights_now,
    excused.person_id IS NOT NULL AND answers IS NULL AS is_out,
    linked.person_id IS NOT NULL AS is_linked,
    withdrew.person_id IS NOT NULL AS has_withdrawn,
    coalesce(tried, false) AS tried, coalesce(got, false) AS got,
    answers IS NULL AND (round_id, person_id) IN (SELECT (round_id, person_id) FROM correction) AS out_later
FROM member
LEFT JOIN told USING (round_id, person_id)
LEFT JOIN excused USING (round_id, person_id)
LEFT JOIN linked USING (round_id, person_id)
LEFT JOIN withdrew USING (round_id, person_id)
LEFT JOIN opening USING (round_id, person_id);

CREATE TABLE closure AS
WITH RECURSIVE way AS (
    SELECT round_id, unit_id AS top, unit_id FROM round_unit
    UNION
    SELECT way.round_id, way.top, below.unit_id
    FROM way JOIN round_unit AS below ON below.round_id = way.round_id AND below.parent_id = way.unit_id
)
SELECT * FROM way;

CREATE TABLE newcomer AS
SELECT round_id, person_id, arg_min(unit_id, id) AS unit_id FROM replied WHERE NOT counted GROUP BY ALL;

-- One row for each unit of each round, with everything below it; then what corrections make of it.
CREATE TABLE figures AS
SELECT closure.round_id, closure.top AS unit_id,
    count(person_id) AS snapshot,
    count(*) FILTER (is_out) AS exempt,
    count(*) FILTER (NOT is_out AND is_linked) AS connected,
    count(*) FILTER (NOT is_out AND tried) AS attempted,
    count(*) FILTER (NOT is_out AND got) AS accepted,
    count(*) FILTER (answers > 0) AS participants,
    count(*) FILTER (answers = questions) AS finished,
    count(*) FILTER (NOT is_out AND answers = 0 AND NOT is_linked) AS absent_unconnected,
    count(*) FILTER (NOT is_out AND answers = 0 AND has_withdrawn) AS withdrawn,
    (
        SELECT count(*) FROM newcomer JOIN closure AS near USING (round_id, unit_id)
        WHERE newcomer.round_id = closure.round_id AND near.top = closure.top
    ) AS outside,
    coalesce(sum(rights) FILTER (answers = questions), 0) AS rights,
    coalesce(sum(answers) FILTER (answers = questions), 0) AS questions,
    count(*) FILTER (NOT is_out AND NOT out_later) AS base_now,
    coalesce(sum(rights_now) FILTER (answers = questions), 0) AS rights_now
FROM closure LEFT JOIN head_count USING (round_id, unit_id)
GROUP BY closure.round_id, closure.top;
