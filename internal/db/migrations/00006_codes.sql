-- +goose Up
-- Codes on appointments: which short code is whose.

CREATE TABLE slip (
    sum            BYTEA  NOT NULL PRIMARY KEY,
    ask_id         TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    appointment_id TEXT   NOT NULL REFERENCES appointment (id) ON DELETE CASCADE,
    issue          BIGINT NOT NULL,
    n              BIGINT NOT NULL
);
CREATE UNIQUE INDEX slip_appointment_id_issue ON slip (appointment_id, issue);
CREATE INDEX slip_ask_id ON slip (ask_id);

-- +goose Down
DROP TABLE slip;
