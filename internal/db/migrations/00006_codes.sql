-- +goose Up
-- Codes on appointments: which short code is whose. Who was reminded of which day.

CREATE TABLE slip (
    sum            BYTEA  NOT NULL PRIMARY KEY,
    ask_id         TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    appointment_id TEXT   NOT NULL REFERENCES appointment (id) ON DELETE CASCADE,
    issue          BIGINT NOT NULL,
    n              BIGINT NOT NULL
);
CREATE UNIQUE INDEX slip_appointment_id_issue ON slip (appointment_id, issue);
CREATE INDEX slip_ask_id ON slip (ask_id);

CREATE TABLE reminder (
    ask_id TEXT    NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    kind   TEXT    NOT NULL CHECK (kind IN ('first', 'last', 'paper')),
    day    TEXT    NOT NULL,
    sent   BOOLEAN NOT NULL,
    at     BIGINT  NOT NULL,
    PRIMARY KEY (ask_id, kind, day)
);

-- +goose Down
DROP TABLE reminder;
DROP TABLE slip;
