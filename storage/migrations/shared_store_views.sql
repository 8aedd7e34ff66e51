-- What other systems may read, by SQL and by HTTP. Codes only: no names, phones, addresses, or words of messages.
-- The product itself reads the views named …_rows, which nobody else may. Those that others read stand on them behind a
-- barrier, which keeps a reader's own functions from seeing the rows that a view leaves out.

CREATE VIEW compliance_gap_rows AS
SELECT v.person, v.unit, nullif(v.criterion, '') AS criterion, v.state, v.required,
    v.held_kind, v.held_level, v.counts_as, v.reason,
    v.deadline, v.deadline_included, v.last_day, v.safe_day, v.last_day - s.as_of AS days_left,
    v.round, v.consequence, v.accountable,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('document', b.place -> 0, 'point', b.place -> 1) ORDER BY b.n), '[]')
     FROM jsonb_array_elements(v.basis) WITH ORDINALITY AS b (place, n)) AS basis,
    v.changed_on, s.as_of, s.judged_at
FROM verdicts v JOIN standings s ON s.person = v.person
WHERE v.state NOT IN ('met', 'expiring', 'exempt');

-- One row for each person and criterion with a day ahead or passed: `completion` of what is missing, or the `expiry`
-- of what still counts.
CREATE VIEW compliance_deadline_rows AS
SELECT v.person, v.unit, nullif(v.criterion, '') AS criterion, v.state,
    CASE WHEN v.deadline IS NOT NULL THEN 'completion' ELSE 'expiry' END AS kind,
    coalesce(v.deadline, v.held_until) AS deadline,
    CASE WHEN v.deadline IS NOT NULL THEN v.deadline_included ELSE true END AS deadline_included,
    CASE WHEN v.deadline IS NOT NULL THEN v.last_day ELSE v.held_until END AS last_day,
    v.safe_day,
    CASE WHEN v.deadline IS NOT NULL THEN v.last_day ELSE v.held_until END - s.as_of AS days_left,
    v.round, v.deadline_basis ->> 0 AS document, v.deadline_basis ->> 1 AS point,
    s.as_of, s.judged_at
FROM verdicts v JOIN standings s ON s.person = v.person
WHERE v.deadline IS NOT NULL OR (v.state = 'expiring' AND v.held_until IS NOT NULL);

-- Every message to a person and what became of it: `kinds` and `stages` of what it told, never its words.
CREATE VIEW delivery_record_rows AS
SELECT d.id, d.person, p.unit,
    ARRAY(SELECT DISTINCT n.kind::text FROM carried c JOIN notices n ON n.id = c.notice
          WHERE c.delivery = d.id AND c.dropped IS NULL ORDER BY 1) AS kinds,
    ARRAY(SELECT DISTINCT n.stage::text FROM carried c JOIN notices n ON n.id = c.notice
          WHERE c.delivery = d.id AND c.dropped IS NULL AND n.stage <> '' ORDER BY 1) AS stages,
    d.channel, d.state, nullif(d.reason, '') AS reason, d.broadcast,
    d.due_at, d.done_at, d.arrived_at, d.acknowledged_at
FROM deliveries d LEFT JOIN people p ON p.code = d.person;

CREATE VIEW compliance_gap WITH (security_barrier) AS SELECT * FROM compliance_gap_rows;
CREATE VIEW compliance_deadline WITH (security_barrier) AS SELECT * FROM compliance_deadline_rows;
CREATE VIEW delivery_record WITH (security_barrier) AS SELECT * FROM delivery_record_rows;
