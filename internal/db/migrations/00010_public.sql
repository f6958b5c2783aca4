-- +goose Up
-- What everybody may see: how long it took.

-- domain: the planner

CREATE TABLE ask_pace (
    month       TEXT   NOT NULL,
    region      TEXT   NOT NULL,
    location_id TEXT   NOT NULL,
    wait        BIGINT NOT NULL,
    lead        BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    PRIMARY KEY (month, region, location_id, wait, lead)
);

-- domain: reports of fraud

CREATE TABLE fraud_report (
    id         TEXT   NOT NULL PRIMARY KEY,
    number     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    ask_number TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    came_at    BIGINT NOT NULL,
    closed_at  BIGINT,
    closed_by  TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL
);
CREATE UNIQUE INDEX fraud_report_number ON fraud_report (number);
CREATE INDEX fraud_report_waiting ON fraud_report (came_at) WHERE closed_at IS NULL;

CREATE TABLE fraud_figure (
    month TEXT   NOT NULL,
    kind  TEXT   NOT NULL,
    what  TEXT   NOT NULL CHECK (what IN ('came', 'closed')),
    n     BIGINT NOT NULL,
    PRIMARY KEY (month, kind, what)
);

-- +goose Down
DROP TABLE fraud_figure;
DROP TABLE fraud_report;
DROP TABLE ask_pace;
