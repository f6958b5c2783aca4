-- +goose Up
-- Text messages both ways.

-- domain: the planner

CREATE TABLE ask_phone (
    ask_id TEXT  NOT NULL PRIMARY KEY REFERENCES ask (id) ON DELETE CASCADE,
    sum    BYTEA NOT NULL
);
CREATE INDEX ask_phone_sum ON ask_phone (sum);

-- domain: texting

CREATE TABLE text_thread (
    id         TEXT   NOT NULL PRIMARY KEY,
    phone      BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL
);
CREATE UNIQUE INDEX text_thread_phone ON text_thread (phone);

CREATE TABLE text_answer (
    id         TEXT   NOT NULL PRIMARY KEY,
    thread_id  TEXT   NOT NULL REFERENCES text_thread (id) ON DELETE CASCADE,
    message    BYTEA  NOT NULL,
    sealed     BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX text_answer_message ON text_answer (message);
CREATE INDEX text_answer_expires_at ON text_answer (expires_at);
CREATE INDEX text_answer_thread_id ON text_answer (thread_id);

CREATE TABLE text_stop (
    phone      BYTEA  NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX text_stop_expires_at ON text_stop (expires_at);

-- +goose Down
DROP TABLE text_stop;
DROP TABLE text_answer;
DROP TABLE text_thread;
DROP TABLE ask_phone;
