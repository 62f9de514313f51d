-- The figures of a period for every unit that any of its rounds knew, or knew what it came out of: rounds by the day
-- they closed at the office. Before a merger, renaming or split a unit is whatever of its lineage the round knew, unless
-- it stood in a round already.
WITH RECURSIVE span AS (
    SELECT id AS round_id FROM round
    WHERE state <> 'open' AND closes_at >= CAST($since AS TIMESTAMP) AND closes_at < CAST($until AS TIMESTAMP)
),
first_stood AS (
    SELECT unit_id, min(opens_at) AS opens_at FROM round_unit JOIN round ON round.id = round_id GROUP BY unit_id
),
back AS (
    SELECT span.round_id, opens_at, unit.unit_id AS heir, unit.unit_id AS place
    FROM span JOIN round ON round.id = round_id
    CROSS JOIN (SELECT unit_id FROM round_unit UNION SELECT unit_id FROM unit_lineage) AS unit
    UNION
    SELECT back.round_id, back.opens_at, heir, predecessor_id
    FROM back JOIN unit_lineage ON unit_lineage.unit_id = place
        LEFT JOIN first_stood ON first_stood.unit_id = place
        LEFT JOIN round_unit AS here ON here.round_id = back.round_id AND here.unit_id = place
    WHERE here.unit_id IS NULL AND coalesce(first_stood.opens_at >= back.opens_at, true)
),
part AS (
    SELECT DISTINCT back.round_id, heir, place AS unit_id
    FROM back JOIN round_unit AS here ON here.round_id = back.round_id AND here.unit_id = place
),
scope AS (
    SELECT DISTINCT part.round_id, heir AS top, closure.unit_id
    FROM part JOIN closure ON closure.round_id = part.round_id AND closure.top = part.unit_id
),
present AS (
    SELECT top, person_id, count(*) AS rounds, count(*) FILTER (answers > 0) AS joined
    FROM head_count JOIN scope USING (round_id, unit_id)
    WHERE NOT is_out GROUP BY ALL
),
people AS (
    SELECT top, count(*) AS eligible, count(*) FILTER (joined > 0) AS reached,
        count(*) FILTER (rounds >= 3) AS steady, count(*) FILTER (rounds >= 3 AND joined >= 0.75 * rounds) AS regular
    FROM present GROUP BY top
),
places AS (
    SELECT top, count(DISTINCT unit_id) AS units, count(DISTINCT unit_id) FILTER (answers > 0) AS active
    FROM head_count JOIN scope USING (round_id, unit_id)
    WHERE NOT is_out GROUP BY top
),
-- Topics, and reviews as if they were one without a name, are told round by round, where five people or more answered
-- and nobody on the way up is hidden: small cells are, and with them the next smallest siblings until at least two cells
-- with five people are. What several units made one answered is told where that of each of them is.
answered AS (
    SELECT round_id, topic, unit_id, count(DISTINCT person_id) AS people,
        count(*) FILTER (is_right) AS rights, count(*) AS answers
    FROM judged JOIN member USING (round_id, person_id) JOIN span USING (round_id)
    WHERE erased_at IS NULL GROUP BY ALL
    UNION ALL
    SELECT round_id, '', unit_id, count(DISTINCT person_id), count(*) FILTER (is_right), count(*)
    FROM recall_ask JOIN occurrence ON occurrence.id = occurrence_id
        JOIN member USING (round_id, person_id) JOIN span USING (round_id)
    WHERE after_first_right AND answered_at IS NOT NULL GROUP BY ALL
),
cell AS (
    SELECT round_id, topic, top, sum(people) AS people, sum(rights) AS rights, sum(answers) AS answers
    FROM answered JOIN closure USING (round_id, unit_id) GROUP BY ALL
),
sibling AS (
    SELECT cell.round_id, topic, parent_id, top AS place, people
    FROM cell JOIN round_unit ON round_unit.round_id = cell.round_id AND round_unit.unit_id = top
    UNION ALL SELECT round_id, topic, unit_id, 0, people FROM answered
),
placed AS (
    SELECT *, count(*) FILTER (people < 5) OVER (PARTITION BY round_id, topic, parent_id) AS small,
        count(*) OVER before AS cells_before, coalesce(sum(people) OVER before, 0) AS people_before
    FROM sibling
    WINDOW before AS (
        PARTITION BY round_id, topic, parent_id ORDER BY people >= 5, people, place
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),
unseen AS (
    SELECT round_id, topic, place FROM placed
    WHERE people < 5 OR (small > 0 AND NOT (cells_before > 1 AND people_before >= 5))
),
judgement AS (
    SELECT *, people >= 5 AND NOT EXISTS (
        SELECT 1 FROM unseen JOIN closure AS above ON above.round_id = unseen.round_id AND above.top = unseen.place
        JOIN round_unit AS it ON it.round_id = above.round_id AND it.unit_id = above.top
        WHERE unseen.round_id = cell.round_id AND unseen.topic = cell.topic AND above.unit_id = cell.top
            AND it.parent_id IN (SELECT unit_id FROM round_unit AS known WHERE known.round_id = it.round_id)
    ) AS is_told
    FROM cell
),
allowed AS (
    SELECT part.round_id, topic, heir FROM part JOIN judgement ON judgement.round_id = part.round_id AND top = unit_id
    GROUP BY ALL HAVING bool_and(is_told)
),
by_topic AS (
    SELECT top, topic, sum(rights) AS rights, sum(answers) AS answers
    FROM answered JOIN scope USING (round_id, unit_id)
        SEMI JOIN allowed ON allowed.round_id = answered.round_id AND allowed.topic = answered.topic AND heir = top
    GROUP BY ALL
),
topics AS (
    SELECT top, list((topic, rights, answers) ORDER BY topic) AS topics FROM by_topic WHERE topic <> '' GROUP BY top
),
again AS (
    SELECT top, rights AS kept, answers AS asked FROM by_topic WHERE topic = ''
),
known AS (
    SELECT DISTINCT top FROM scope
)
SELECT top, coalesce(reached, 0), coalesce(eligible, 0), coalesce(regular, 0), coalesce(steady, 0),
    coalesce(active, 0), coalesce(units, 0), kept, asked, coalesce(topics, [])
FROM known LEFT JOIN people USING (top) LEFT JOIN places USING (top)
LEFT JOIN topics USING (top) LEFT JOIN again USING (top)
ORDER BY top
