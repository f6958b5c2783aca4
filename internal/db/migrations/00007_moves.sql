-- +goose Up
-- Places: moving an appointment, disruptions, what a change of a plan does to people, openings.

-- domain: the planner

CREATE TABLE ask_move (
    ask_id     TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    n          BIGINT NOT NULL,
    why        TEXT   NOT NULL CHECK (why IN ('person', 'disruption', 'plan')),
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'offered', 'moved', 'kept', 'lapsed', 'ended')),
    day        TEXT   NOT NULL,
    not_before BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    offer_id   TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (ask_id, n)
);
CREATE UNIQUE INDEX ask_move_ask_id ON ask_move (ask_id) WHERE state IN ('waiting', 'offered');
CREATE UNIQUE INDEX ask_move_offer_id ON ask_move (offer_id) WHERE offer_id <> '';
CREATE INDEX ask_move_ends_at ON ask_move (ends_at) WHERE state IN ('waiting', 'offered');

CREATE TABLE ask_address (
    ask_id      TEXT   NOT NULL PRIMARY KEY REFERENCES ask (id) ON DELETE CASCADE,
    location_id TEXT   NOT NULL,
    day         TEXT   NOT NULL,
    address     TEXT   NOT NULL,
    told_at     BIGINT NOT NULL
);
CREATE INDEX ask_address_location_id ON ask_address (location_id, day);

CREATE TABLE disruption (
    id          TEXT   NOT NULL PRIMARY KEY,
    location_id TEXT   NOT NULL,
    day         TEXT   NOT NULL,
    cause       TEXT   NOT NULL,
    declared_by TEXT   NOT NULL,
    declared_at BIGINT NOT NULL,
    lifted_by   TEXT   NOT NULL,
    lifted_at   BIGINT
);
CREATE UNIQUE INDEX disruption_location_id_day ON disruption (location_id, day) WHERE lifted_at IS NULL;
CREATE INDEX disruption_day ON disruption (day);

CREATE TABLE disrupted (
    disruption_id TEXT   NOT NULL REFERENCES disruption (id),
    ask_id        TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    day           TEXT   NOT NULL,
    choice        TEXT   NOT NULL CHECK (choice IN ('', 'keep', 'move', 'cancel')),
    told_at       BIGINT NOT NULL,
    lifted_at     BIGINT,
    PRIMARY KEY (disruption_id, ask_id)
);
CREATE INDEX disrupted_ask_id ON disrupted (ask_id, day);

CREATE TABLE ask_opening (
    location_id TEXT   NOT NULL,
    opens_on    TEXT   NOT NULL,
    ask_id      TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    told_at     BIGINT NOT NULL,
    PRIMARY KEY (location_id, opens_on, ask_id)
);
CREATE INDEX ask_opening_ask_id ON ask_opening (ask_id);

-- +goose Down
DROP TABLE ask_opening;
DROP TABLE disrupted;
DROP TABLE disruption;
DROP TABLE ask_address;
DROP TABLE ask_move;
