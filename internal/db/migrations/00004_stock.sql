-- +goose Up
-- Stock: what there is, what comes, what is paused, and cards that are made.

-- domain: stock

CREATE TABLE stock_product (
    product  TEXT    NOT NULL PRIMARY KEY,
    version  BIGINT  NOT NULL,
    promised BIGINT  NOT NULL,
    counted  BOOLEAN NOT NULL,
    settled  TEXT    NOT NULL
);

CREATE TABLE stock_move (
    id          TEXT   NOT NULL PRIMARY KEY,
    product     TEXT   NOT NULL REFERENCES stock_product (product),
    location_id TEXT   NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind IN ('delivered', 'damaged', 'counted', 'moved')),
    n           BIGINT NOT NULL,
    ground      TEXT   NOT NULL,
    moved_by    TEXT   NOT NULL,
    moved_at    BIGINT NOT NULL
);
CREATE INDEX stock_move_product ON stock_move (product, location_id);

CREATE TABLE stock_issue (
    day         TEXT   NOT NULL,
    product     TEXT   NOT NULL REFERENCES stock_product (product),
    location_id TEXT   NOT NULL,
    n           BIGINT NOT NULL,
    PRIMARY KEY (day, product, location_id)
);

CREATE TABLE stock_delivery (
    id          TEXT   NOT NULL PRIMARY KEY,
    product     TEXT   NOT NULL REFERENCES stock_product (product),
    location_id TEXT   NOT NULL,
    day         TEXT   NOT NULL,
    n           BIGINT NOT NULL,
    confidence  TEXT   NOT NULL CHECK (confidence IN ('sure', 'likely', 'unsure')),
    owner       TEXT   NOT NULL,
    stated_on   TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('expected', 'arrived', 'dropped')),
    changed_by  TEXT   NOT NULL,
    changed_at  BIGINT NOT NULL
);
CREATE INDEX stock_delivery_product ON stock_delivery (product) WHERE state = 'expected';

CREATE TABLE pause (
    id          TEXT   NOT NULL PRIMARY KEY,
    product     TEXT   NOT NULL REFERENCES stock_product (product),
    location_id TEXT   NOT NULL,
    cause       TEXT   NOT NULL,
    spares      TEXT   NOT NULL CHECK (spares <> ''),
    owner       TEXT   NOT NULL,
    starts_on   TEXT   NOT NULL,
    stated_by   TEXT   NOT NULL,
    stated_at   BIGINT NOT NULL
);

CREATE TABLE pause_estimate (
    id          TEXT   NOT NULL PRIMARY KEY,
    pause_id    TEXT   NOT NULL,
    product     TEXT   NOT NULL REFERENCES stock_product (product),
    expected_on TEXT   NOT NULL,
    confidence  TEXT   NOT NULL CHECK (confidence IN ('sure', 'likely', 'unsure', 'unknown')),
    owner       TEXT   NOT NULL,
    stated_by   TEXT   NOT NULL,
    stated_at   BIGINT NOT NULL
);

CREATE TABLE pause_restart (
    id          TEXT   NOT NULL PRIMARY KEY,
    pause_id    TEXT   NOT NULL,
    product     TEXT   NOT NULL REFERENCES stock_product (product),
    location_id TEXT   NOT NULL,
    first_day   TEXT   NOT NULL,
    last_day    TEXT   NOT NULL,
    gives_at    BIGINT NOT NULL,
    stated_by   TEXT   NOT NULL,
    stated_at   BIGINT NOT NULL
);

CREATE TABLE stock_statement (
    id        TEXT   NOT NULL PRIMARY KEY,
    product   TEXT   NOT NULL REFERENCES stock_product (product),
    says      TEXT   NOT NULL CHECK (says IN ('enough', 'nothing')),
    owner     TEXT   NOT NULL,
    stated_on TEXT   NOT NULL,
    stated_by TEXT   NOT NULL,
    stated_at BIGINT NOT NULL
);

-- domain: the planner

CREATE TABLE pause_told (
    pause_id TEXT   NOT NULL,
    ask_id   TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    n        BIGINT NOT NULL,
    told_at  BIGINT NOT NULL,
    PRIMARY KEY (pause_id, ask_id)
);
CREATE INDEX pause_told_ask_id ON pause_told (ask_id);

CREATE TABLE document (
    ask_id       TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    member       BIGINT NOT NULL,
    product      TEXT   NOT NULL,
    photo_on     TEXT   NOT NULL,
    due_on       TEXT   NOT NULL,
    location_id  TEXT   NOT NULL,
    arrived_on   TEXT   NOT NULL,
    ready_on     TEXT   NOT NULL,
    told_on      TEXT   NOT NULL,
    reminders    BIGINT NOT NULL,
    collected_at BIGINT,
    returned_at  BIGINT,
    PRIMARY KEY (ask_id, member),
    CHECK (collected_at IS NULL OR returned_at IS NULL)
);
CREATE INDEX document_ready_on ON document (ready_on) WHERE collected_at IS NULL AND returned_at IS NULL;

-- +goose Down
DROP TABLE document;
DROP TABLE pause_told;
DROP TABLE stock_statement;
DROP TABLE pause_restart;
DROP TABLE pause_estimate;
DROP TABLE pause;
DROP TABLE stock_delivery;
DROP TABLE stock_issue;
DROP TABLE stock_move;
DROP TABLE stock_product;
