-- +goose Up
-- Places: asks, the draw, slots, offers, appointments.

-- domain: locations

-- Made anew, for SQLite cannot widen a check.
CREATE TABLE location_with_plan (
    id         TEXT   NOT NULL PRIMARY KEY,
    state      TEXT   NOT NULL CHECK (state IN ('announced', 'dated', 'bookable', 'open', 'moving', 'paused', 'closed')),
    address    TEXT   NOT NULL,
    opens_on   TEXT   NOT NULL,
    hours      TEXT   NOT NULL,
    plan       TEXT   NOT NULL,
    ground     TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
);
INSERT INTO location_with_plan (id, state, address, opens_on, hours, plan, ground, version, changed_by, changed_at)
SELECT id, state, address, opens_on, hours, '', ground, version, changed_by, changed_at FROM location;
DROP TABLE location;
ALTER TABLE location_with_plan RENAME TO location;

-- domain: the planner

CREATE TABLE draw (
    id        TEXT   NOT NULL PRIMARY KEY,
    n         BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    source    TEXT   NOT NULL CHECK (source IN ('beacon', 'dice', 'reveal')),
    round     BIGINT NOT NULL,
    state     TEXT   NOT NULL CHECK (state IN ('open', 'closed', 'drawn')),
    tickets   BIGINT NOT NULL,
    published TEXT   NOT NULL,
    short     TEXT   NOT NULL DEFAULT '',
    drawn_by  TEXT   NOT NULL DEFAULT '' CHECK (drawn_by IN ('', 'beacon', 'dice', 'reveal', 'reveal and dice')),
    drawn_at  BIGINT
);
CREATE UNIQUE INDEX draw_n ON draw (n);
CREATE UNIQUE INDEX draw_state ON draw (state) WHERE state = 'open';
CREATE UNIQUE INDEX draw_closes_at ON draw (closes_at);

CREATE TABLE ask (
    id           TEXT    NOT NULL PRIMARY KEY,
    number       TEXT    NOT NULL,
    ticket       TEXT    NOT NULL,
    draw_id      TEXT    NOT NULL REFERENCES draw (id),
    line         BIGINT,
    pack         TEXT    NOT NULL,
    region       TEXT    NOT NULL,
    products     TEXT    NOT NULL,
    size         BIGINT  NOT NULL CHECK (size BETWEEN 1 AND 6),
    lang         TEXT    NOT NULL,
    desk_lang    TEXT    NOT NULL,
    door         TEXT    NOT NULL,
    soon         BOOLEAN NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN
                     ('waiting', 'offered', 'booked', 'making', 'resting', 'served', 'withdrawn')),
    laters       BIGINT  NOT NULL,
    silences     BIGINT  NOT NULL,
    not_before   BIGINT  NOT NULL,
    why          TEXT    NOT NULL,
    code_version BIGINT  NOT NULL,
    tries        BIGINT  NOT NULL,
    tries_day    TEXT    NOT NULL,
    asked_at     BIGINT  NOT NULL,
    changed_at   BIGINT  NOT NULL,
    closed_at    BIGINT,
    sealed       BYTEA   NOT NULL
);
CREATE UNIQUE INDEX ask_number ON ask (number);
CREATE UNIQUE INDEX ask_ticket ON ask (ticket);
CREATE UNIQUE INDEX ask_line ON ask (line);
CREATE INDEX ask_draw_id ON ask (draw_id);
CREATE INDEX ask_next ON ask (region, line) WHERE state = 'waiting' AND line IS NOT NULL;
CREATE INDEX ask_soon ON ask (region, line) WHERE state = 'waiting' AND line IS NOT NULL AND soon;
CREATE INDEX ask_state ON ask (state, region);
CREATE INDEX ask_closed_at ON ask (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE ask_member (
    ask_id TEXT    NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    n      BIGINT  NOT NULL,
    sum    BYTEA   NOT NULL,
    claim  BYTEA   NOT NULL,
    product TEXT   NOT NULL,
    holds  BOOLEAN NOT NULL,
    PRIMARY KEY (ask_id, n)
);
CREATE UNIQUE INDEX ask_member_sum ON ask_member (sum) WHERE holds;
CREATE INDEX ask_member_claim ON ask_member (claim);
CREATE INDEX ask_member_contested ON ask_member (sum) WHERE NOT holds;

CREATE TABLE slot_release (
    id          TEXT   NOT NULL PRIMARY KEY,
    location_id TEXT   NOT NULL,
    first_day   TEXT   NOT NULL,
    last_day    TEXT   NOT NULL,
    slots       BIGINT NOT NULL,
    made_at     BIGINT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX slot_release_at ON slot_release (at);

CREATE TABLE slot (
    id          TEXT   NOT NULL PRIMARY KEY,
    location_id TEXT   NOT NULL,
    day         TEXT   NOT NULL,
    starts_at   BIGINT NOT NULL,
    desk        BIGINT NOT NULL,
    langs       TEXT   NOT NULL,
    products    TEXT   NOT NULL,
    release_id  TEXT   NOT NULL REFERENCES slot_release (id),
    state       TEXT   NOT NULL CHECK (state IN ('free', 'offered', 'booked', 'used', 'gone')),
    offer_id    TEXT   NOT NULL
);
CREATE UNIQUE INDEX slot_location_id_starts_at_desk ON slot (location_id, starts_at, desk) WHERE state <> 'gone';
CREATE INDEX slot_free ON slot (location_id, starts_at) WHERE state = 'free';
CREATE INDEX slot_offer_id ON slot (offer_id);
CREATE INDEX slot_booked ON slot (starts_at) WHERE state = 'booked';

CREATE TABLE offer (
    id          TEXT    NOT NULL PRIMARY KEY,
    ask_id      TEXT    NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    line        BIGINT  NOT NULL,
    location_id TEXT    NOT NULL,
    starts_at   BIGINT  NOT NULL,
    looked_at   BIGINT  NOT NULL,
    made_at     BIGINT  NOT NULL,
    until       BIGINT  NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'accepted', 'other', 'later', 'declined', 'lapsed', 'withdrawn')),
    answered_at BIGINT
);
CREATE UNIQUE INDEX offer_ask_id ON offer (ask_id) WHERE state = 'open';
CREATE INDEX offer_until ON offer (until) WHERE state = 'open';
CREATE INDEX offer_asks ON offer (ask_id);

CREATE TABLE appointment (
    id         TEXT   NOT NULL PRIMARY KEY,
    ask_id     TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    member     BIGINT NOT NULL,
    slot_id    TEXT   NOT NULL REFERENCES slot (id),
    product    TEXT   NOT NULL,
    issue      BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('booked', 'served', 'cancelled', 'moved', 'missed')),
    why        TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX appointment_slot_id ON appointment (slot_id) WHERE state IN ('booked', 'served');
CREATE UNIQUE INDEX appointment_ask_id_member ON appointment (ask_id, member) WHERE state = 'booked';
-- A partial index serves only queries that repeat its condition.
CREATE INDEX appointment_slots ON appointment (slot_id);
CREATE INDEX appointment_asks ON appointment (ask_id);

CREATE TABLE ask_skip (
    ask_id   TEXT   NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
    reason   TEXT   NOT NULL CHECK (reason IN ('contested', 'household', 'language', 'notice', 'not-before', 'product')),
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (ask_id, reason)
);

CREATE TABLE served_number (
    sum        BYTEA  NOT NULL PRIMARY KEY,
    product    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX served_number_expires_at ON served_number (expires_at);

CREATE TABLE ask_figure (
    day    TEXT   NOT NULL,
    region TEXT   NOT NULL,
    what   TEXT   NOT NULL CHECK (what IN ('asked', 'served', 'withdrawn', 'offered', 'accepted', 'other', 'later', 'declined', 'lapsed',
               'cancelled', 'moved', 'missed', 'disrupted', 'stopped')),
    n      BIGINT NOT NULL,
    PRIMARY KEY (day, region, what)
);

-- +goose Down
DROP TABLE ask_figure;
DROP TABLE served_number;
DROP TABLE ask_skip;
DROP TABLE appointment;
DROP TABLE offer;
DROP TABLE slot;
DROP TABLE slot_release;
DROP TABLE ask_member;
DROP TABLE ask;
DROP TABLE draw;
ALTER TABLE location DROP COLUMN plan;
