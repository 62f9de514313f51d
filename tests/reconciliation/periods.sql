-- The figures of a period for every unit that any of its rounds knew: rounds by the day they closed at the office.
WITH span AS (
    SELECT id AS round_id FROM round
    WHERE state <> 'open' AND closes_at >= CAST($since AS TIMESTAMP) AND closes_at < CAST($until AS TIMESTAMP)
),
present AS (
    SELECT top, person_id, count(*) AS rounds, count(*) FILTER (answers > 0) AS joined
    FROM head_count JOIN closure USING (round_id, unit_id) JOIN span USING (round_id)
    WHERE NOT is_out GROUP BY ALL
),
people AS (
    SELECT top, count(*) AS eligible, count(*) FILTER (joined > 0) AS reached,
        count(*) FILTER (rounds >= 3) AS steady, count(*) FILTER (rounds >= 3 AND joined >= 0.75 * rounds) AS regular
    FROM present GROUP BY top
),
places AS (
    SELECT top, count(DISTINCT unit_id) AS units, count(DISTINCT unit_id) FILTER (answers > 0) AS active
    FROM head_count JOIN closure USING (round_id, unit_id) JOIN span USING (round_id)
    WHERE NOT is_out GROUP BY top
),
-- Topics are told round by round, where five people or more answered and nobody on the way up is hidden: small cells
-- are, and with them the next smallest siblings until at least two cells with five people are.
answered AS (
    SELECT round_id, topic, unit_id, count(DISTINCT person_id) AS people,
        count(*) FILTER (is_right) AS rights, count(*) AS answers
    FROM judged JOIN member USING (round_id, person_id) JOIN span USING (round_id)
    WHERE erased_at IS NULL GROUP BY ALL
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
by_topic AS (
    SELECT top, topic, sum(rights) AS rights, sum(answers) AS answers
    FROM cell
    WHERE people >= 5 AND NOT EXISTS (
        SELECT 1 FROM unseen JOIN closure AS above ON above.round_id = unseen.round_id AND above.top = unseen.place
        JOIN round_unit AS it ON it.round_id = above.round_id AND it.unit_id = above.top
        WHERE unseen.round_id = cell.round_id AND unseen.topic = cell.topic AND above.unit_id = cell.top
            AND it.parent_id IN (SELECT unit_id FROM round_unit AS known WHERE known.round_id = it.round_id)
    )
    GROUP BY ALL
),
topics AS (
    SELECT top, list((topic, rights, answers) ORDER BY topic) AS topics FROM by_topic GROUP BY top
),
again AS (
    SELECT top, count(*) AS asked, count(*) FILTER (is_right) AS kept
    FROM recall_ask JOIN present USING (person_id)
    WHERE after_first_right AND answered_at >= CAST($since AS TIMESTAMP) AND answered_at < CAST($until AS TIMESTAMP)
    GROUP BY top HAVING count(DISTINCT person_id) >= 5
),
known AS (
    SELECT DISTINCT top FROM closure JOIN span USING (round_id)
)
SELECT top, coalesce(reached, 0), coalesce(eligible, 0), coalesce(regular, 0), coalesce(steady, 0),
    coalesce(active, 0), coalesce(units, 0), kept, asked, coalesce(topics, [])
FROM known LEFT JOIN people USING (top) LEFT JOIN places USING (top)
LEFT JOIN topics USING (top) LEFT JOIN again USING (top)
ORDER BY top
