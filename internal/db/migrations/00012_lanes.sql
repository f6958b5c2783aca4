-- +goose Up
-- What goes before the line, or sooner than once a day.

-- domain: the planner

CREATE TABLE urgent (
    id          TEXT   NOT NULL PRIMARY KEY,
    ask_id      TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    ground      TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('proposed', 'granted', 'refused', 'over')),
    proposed_by TEXT   NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_by  TEXT   NOT NULL,
    decided_at  BIGINT
);
CREATE UNIQUE INDEX urgent_ask_id ON urgent (ask_id) WHERE state IN ('proposed', 'granted');
CREATE INDEX urgent_state ON urgent (state);
CREATE INDEX urgent_asks ON urgent (ask_id);

CREATE TABLE urgent_offer (
    offer_id    TEXT   NOT NULL PRIMARY KEY REFERENCES offer (id) ON DELETE CASCADE,
    ask_id      TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    urgent_id   TEXT   NOT NULL,
    location_id TEXT   NOT NULL,
    week        TEXT   NOT NULL
);
CREATE INDEX urgent_offer_ask_id ON urgent_offer (ask_id);

CREATE TABLE urgent_week (
    location_id TEXT   NOT NULL,
    week        TEXT   NOT NULL,
    slots       BIGINT NOT NULL,
    used        BIGINT NOT NULL,
    percent     BIGINT NOT NULL,
    PRIMARY KEY (location_id, week)
);

CREATE TABLE urgent_figure (
    month  TEXT   NOT NULL,
    ground TEXT   NOT NULL,
    what   TEXT   NOT NULL CHECK (what IN ('proposed', 'granted', 'refused', 'given')),
    n      BIGINT NOT NULL,
    PRIMARY KEY (month, ground, what)
);

-- +goose Down
DROP TABLE urgent_figure;
DROP TABLE urgent_week;
DROP TABLE urgent_offer;
DROP TABLE urgent;
