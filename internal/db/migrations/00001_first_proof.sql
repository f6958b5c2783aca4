-- +goose Up
-- The house and the automatic route. What each table and column is for, on what
-- ground, for how long and under which key stands in internal/db/schema/schema.yaml;
-- a test compares the two. Instants are Unix seconds (BIGINT), days are YYYY-MM-DD
-- (TEXT), ids are text made in Go. One set of SQL for SQLite and PostgreSQL.

-- machinery

CREATE TABLE case_key (
    case_id    TEXT   NOT NULL PRIMARY KEY,
    epoch      TEXT   NOT NULL,
    wrapped    BYTEA  NOT NULL,
    ends_at    BIGINT
);
CREATE INDEX case_key_ends_at ON case_key (ends_at);
CREATE INDEX case_key_epoch ON case_key (epoch);

CREATE TABLE job (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    args        TEXT   NOT NULL,
    unique_key  TEXT,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT,
    fence       BIGINT NOT NULL,
    tries       BIGINT NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'dead')),
    failure     TEXT
);
CREATE UNIQUE INDEX job_unique_key ON job (unique_key) WHERE state = 'waiting';
CREATE INDEX job_due_at ON job (due_at) WHERE state = 'waiting';

CREATE TABLE idempotency (
    route      TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    body       BYTEA  NOT NULL,
    object     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (route, key)
);
CREATE INDEX idempotency_expires_at ON idempotency (expires_at);

CREATE TABLE tally (
    kind       TEXT   NOT NULL,
    hmac       BYTEA  NOT NULL,
    day        TEXT   NOT NULL,
    n          BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kind, hmac, day)
);
CREATE INDEX tally_expires_at ON tally (expires_at);

CREATE TABLE audit_entry (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    act        TEXT   NOT NULL,
    object     TEXT   NOT NULL,
    lease      TEXT   NOT NULL,
    result     TEXT   NOT NULL,
    commitment BYTEA  NOT NULL,
    subject    BYTEA,
    seq        BIGINT
);
CREATE UNIQUE INDEX audit_entry_seq ON audit_entry (seq);
CREATE INDEX audit_entry_object ON audit_entry (object);
CREATE INDEX audit_entry_unsequenced ON audit_entry (at) WHERE seq IS NULL;

CREATE TABLE audit_hash (
    position BIGINT NOT NULL PRIMARY KEY,
    hash     BYTEA  NOT NULL
);

CREATE TABLE audit_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL,
    note TEXT   NOT NULL
);

CREATE TABLE outbox (
    id          TEXT   NOT NULL PRIMARY KEY,
    case_id     TEXT   NOT NULL,
    channel     TEXT   NOT NULL CHECK (channel IN ('mail', 'sms', 'voice')),
    kind        TEXT   NOT NULL,
    object      TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'recalled', 'dead')),
    due_at      BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    lease_until BIGINT,
    fence       BIGINT NOT NULL,
    tries       BIGINT NOT NULL,
    failure     TEXT,
    reference   TEXT,
    delivery    TEXT
);
CREATE INDEX outbox_due_at ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_object ON outbox (object);
CREATE INDEX outbox_case_id ON outbox (case_id);
CREATE UNIQUE INDEX outbox_channel_reference ON outbox (channel, reference);

-- the domain

CREATE TABLE person (
    id          TEXT NOT NULL PRIMARY KEY,
    case_id     TEXT NOT NULL,
    created_day TEXT NOT NULL
);
CREATE INDEX person_case_id ON person (case_id);

CREATE TABLE person_identifier (
    person_id   TEXT    NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    purpose     TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    key_version BIGINT  NOT NULL,
    hmac        BYTEA   NOT NULL,
    verified    BOOLEAN NOT NULL,
    PRIMARY KEY (person_id, purpose, kind, key_version, hmac)
);
CREATE UNIQUE INDEX person_identifier_purpose_kind_key_version_hmac ON person_identifier (purpose, kind, key_version, hmac) WHERE verified;
CREATE INDEX person_identifier_hmac ON person_identifier (purpose, kind, key_version, hmac);

CREATE TABLE registry_record (
    id       TEXT   NOT NULL PRIMARY KEY,
    sealed   BYTEA  NOT NULL,
    import_id TEXT  NOT NULL
);

CREATE TABLE registry_key (
    kind        TEXT   NOT NULL,
    key_version BIGINT NOT NULL,
    hmac        BYTEA  NOT NULL,
    record_id   TEXT   NOT NULL,
    PRIMARY KEY (kind, key_version, hmac, record_id)
);

CREATE TABLE registry_import (
    id          TEXT   NOT NULL PRIMARY KEY,
    source      TEXT   NOT NULL,
    digest      BYTEA  NOT NULL,
    position    BIGINT NOT NULL,
    accepted    BIGINT NOT NULL,
    refused     BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE TABLE draft (
    id         TEXT   NOT NULL PRIMARY KEY,
    sealed     BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX draft_expires_at ON draft (expires_at);

CREATE TABLE request (
    id           TEXT   NOT NULL PRIMARY KEY,
    number       TEXT   NOT NULL,
    person_id    TEXT   NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    pack         TEXT   NOT NULL,
    lang         TEXT   NOT NULL,
    door         TEXT   NOT NULL CHECK (door IN ('web', 'api', 'counter', 'helper')),
    state        TEXT   NOT NULL CHECK (state IN
                     ('received', 'decided', 'proved', 'asked', 'answered', 'refused', 'counter', 'expired', 'withdrawn')),
    round        BIGINT NOT NULL,
    code_version BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    tries_day    TEXT   NOT NULL,
    received_at  BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    closed_at    BIGINT,
    sealed       BYTEA  NOT NULL
);
CREATE UNIQUE INDEX request_number ON request (number);
CREATE INDEX request_state ON request (state, received_at);
CREATE INDEX request_person_id ON request (person_id);

CREATE TABLE decision (
    id         TEXT   NOT NULL PRIMARY KEY,
    request_id TEXT   NOT NULL,
    round      BIGINT NOT NULL,
    question   TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    pack       TEXT   NOT NULL,
    pack_hash  TEXT   NOT NULL,
    on_day     TEXT   NOT NULL,
    known_at   TEXT   NOT NULL,
    reasons    BYTEA  NOT NULL,
    actor      TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    proof      BYTEA  NOT NULL
);
CREATE UNIQUE INDEX decision_request_id_round_question ON decision (request_id, round, question);

CREATE TABLE request_figure (
    day     TEXT   NOT NULL,
    pack    TEXT   NOT NULL,
    path    TEXT   NOT NULL,
    cases   BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    PRIMARY KEY (day, pack, path)
);

CREATE TABLE certificate (
    id          TEXT NOT NULL PRIMARY KEY,
    decision_id TEXT NOT NULL REFERENCES decision (id),
    kind        TEXT NOT NULL CHECK (kind IN ('vaccination', 'recovery', 'test')),
    event       BIGINT NOT NULL,
    of          BYTEA  NOT NULL,
    kid         TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('intended', 'issued', 'revoked')),
    intended_day TEXT NOT NULL,
    digest      BYTEA
);
CREATE UNIQUE INDEX certificate_decision_id_event ON certificate (decision_id, event);

CREATE TABLE message (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL,
    direction  TEXT   NOT NULL CHECK (direction IN ('out', 'in')),
    lang       TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'opened', 'expired', 'recalled')),
    body       BYTEA,
    queue_wrap BYTEA,
    release_at BIGINT NOT NULL,
    opened_day TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX message_case_id ON message (case_id);
CREATE INDEX message_expires_at ON message (expires_at);

CREATE TABLE message_link (
    id         BYTEA  NOT NULL PRIMARY KEY,
    message_id TEXT   NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    wrap       BYTEA  NOT NULL,
    made_at    BIGINT NOT NULL
);
CREATE INDEX message_link_message_id ON message_link (message_id, made_at);

CREATE TABLE message_code (
    id         TEXT   NOT NULL PRIMARY KEY,
    message_id TEXT   NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    browser    BYTEA  NOT NULL,
    channel    TEXT   NOT NULL CHECK (channel IN ('sms', 'voice')),
    hmac       BYTEA  NOT NULL,
    sealed     BYTEA,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX message_code_message_id ON message_code (message_id, made_at);

CREATE TABLE message_session (
    id         BYTEA  NOT NULL PRIMARY KEY,
    message_id TEXT   NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    wrap       BYTEA  NOT NULL,
    idle_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX message_session_expires_at ON message_session (expires_at);
CREATE INDEX message_session_message_id ON message_session (message_id);

-- +goose Down
DROP TABLE message_session;
DROP TABLE message_code;
DROP TABLE message_link;
DROP TABLE message;
DROP TABLE certificate;
DROP TABLE request_figure;
DROP TABLE decision;
DROP TABLE request;
DROP TABLE draft;
DROP TABLE registry_import;
DROP TABLE registry_key;
DROP TABLE registry_record;
DROP TABLE person_identifier;
DROP TABLE person;
DROP TABLE outbox;
DROP TABLE audit_checkpoint;
DROP TABLE audit_hash;
DROP TABLE audit_entry;
DROP TABLE tally;
DROP TABLE idempotency;
DROP TABLE job;
DROP TABLE case_key;
