-- +goose Up
-- Photos, people who work here, comparing, and the counter.

-- domain: photos

CREATE TABLE photo (
    id           TEXT   NOT NULL PRIMARY KEY,
    case_id      TEXT   NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('document', 'card')),
    state        TEXT   NOT NULL CHECK (state IN ('arriving', 'kept', 'ending', 'destroyed')),
    slot         BIGINT NOT NULL CHECK (slot BETWEEN 1 AND 4),
    sealed       BYTEA,
    size         BIGINT NOT NULL,
    advice       TEXT   NOT NULL,
    received_at  BIGINT NOT NULL,
    sent         BOOLEAN NOT NULL,
    expires_at   BIGINT NOT NULL,
    alarmed      BOOLEAN NOT NULL,
    rule         TEXT,
    receipt      TEXT,
    destroyed_at BIGINT
);
CREATE INDEX photo_case_id ON photo (case_id);
CREATE UNIQUE INDEX photo_case_id_slot ON photo (case_id, slot) WHERE state IN ('arriving', 'kept');
CREATE INDEX photo_expires_at ON photo (expires_at) WHERE state <> 'destroyed';
CREATE UNIQUE INDEX photo_receipt ON photo (receipt);

CREATE TABLE photo_part (
    photo_id TEXT   NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    start    BIGINT NOT NULL,
    size     BIGINT NOT NULL,
    sealed   BYTEA  NOT NULL,
    PRIMARY KEY (photo_id, start)
);

-- domain: mailbox

ALTER TABLE decision ADD COLUMN proposal TEXT NOT NULL DEFAULT '';
ALTER TABLE message_link ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail' CHECK (channel IN ('mail', 'sms'));

-- domain: people who work here

CREATE TABLE staff_member (
    id             TEXT   NOT NULL PRIMARY KEY,
    state          TEXT   NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    name           BYTEA  NOT NULL,
    sealed         BYTEA  NOT NULL,
    lang           TEXT   NOT NULL,
    place          TEXT   NOT NULL,
    trained_until  TEXT   NOT NULL,
    screened_until TEXT   NOT NULL,
    made_by        TEXT   NOT NULL,
    rights         BYTEA  NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX staff_member_name ON staff_member (name) WHERE state <> 'disabled';

CREATE TABLE staff_role (
    staff_id TEXT NOT NULL REFERENCES staff_member (id) ON DELETE CASCADE,
    role     TEXT NOT NULL CHECK (role IN
                 ('intake', 'checker', 'approver', 'counter', 'helper', 'lead', 'editor', 'privacy', 'operator')),
    PRIMARY KEY (staff_id, role)
);

CREATE TABLE staff_passkey (
    id         BYTEA NOT NULL PRIMARY KEY,
    staff_id   TEXT  NOT NULL REFERENCES staff_member (id) ON DELETE CASCADE,
    label      TEXT  NOT NULL,
    credential BYTEA NOT NULL,
    uses       BIGINT NOT NULL,
    added_day  TEXT  NOT NULL,
    used_day   TEXT  NOT NULL
);
CREATE INDEX staff_passkey_staff_id ON staff_passkey (staff_id);

CREATE TABLE staff_invite (
    id         BYTEA  NOT NULL PRIMARY KEY,
    staff_id   TEXT   NOT NULL REFERENCES staff_member (id) ON DELETE CASCADE,
    made_by    TEXT   NOT NULL,
    seconded   TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_invite_expires_at ON staff_invite (expires_at);

CREATE TABLE staff_ceremony (
    id         BYTEA  NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_ceremony_expires_at ON staff_ceremony (expires_at);

CREATE TABLE staff_session (
    id         TEXT   NOT NULL PRIMARY KEY,
    staff_id   TEXT   NOT NULL,
    data       BYTEA  NOT NULL,
    began_at   BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_session_expires_at ON staff_session (expires_at);
CREATE UNIQUE INDEX staff_session_staff_id ON staff_session (staff_id) WHERE staff_id <> '';

CREATE TABLE lease (
    id       TEXT   NOT NULL PRIMARY KEY,
    staff_id TEXT   NOT NULL,
    queue    TEXT   NOT NULL,
    object   TEXT   NOT NULL,
    taken_at BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    ended_at BIGINT,
    result   TEXT   NOT NULL
);
CREATE UNIQUE INDEX lease_object ON lease (object) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX lease_staff_id_queue ON lease (staff_id, queue) WHERE ended_at IS NULL;
CREATE INDEX lease_staff_id ON lease (staff_id, taken_at);

CREATE TABLE staff_budget (
    staff_id   TEXT   NOT NULL,
    slot       TEXT   NOT NULL,
    n          BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (staff_id, slot)
);
CREATE INDEX staff_budget_expires_at ON staff_budget (expires_at);

CREATE INDEX audit_entry_staff ON audit_entry (at) WHERE actor NOT IN ('system', 'applicant');

CREATE TABLE confirmation (
    id         TEXT   NOT NULL PRIMARY KEY,
    object     TEXT   NOT NULL,
    staff_id   TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    digest     BYTEA  NOT NULL,
    nonce      BYTEA  NOT NULL,
    credential BYTEA  NOT NULL,
    assertion  BYTEA  NOT NULL,
    at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX confirmation_object_staff_id ON confirmation (object, staff_id);

-- domain: comparing

CREATE TABLE proposal (
    id         TEXT   NOT NULL PRIMARY KEY,
    request_id TEXT   NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    round      BIGINT NOT NULL,
    staff_id   TEXT   NOT NULL,
    choice     TEXT   NOT NULL CHECK (choice IN ('approve', 'refuse')),
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'kept', 'returned')),
    sealed     BYTEA  NOT NULL,
    at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX proposal_request_id ON proposal (request_id) WHERE state = 'waiting';

CREATE TABLE person_link (
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    other_id   TEXT   NOT NULL,
    case_id    TEXT   NOT NULL,
    verdict    TEXT   NOT NULL CHECK (verdict IN ('same', 'different')),
    staff_id   TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    undone_at  BIGINT
);
CREATE UNIQUE INDEX person_link_person_id_other_id ON person_link (person_id, other_id) WHERE undone_at IS NULL;
CREATE INDEX person_link_case_id ON person_link (case_id);

-- domain: the counter

CREATE TABLE location (
    id         TEXT   NOT NULL PRIMARY KEY,
    state      TEXT   NOT NULL CHECK (state IN ('announced', 'dated', 'open', 'paused', 'closed')),
    address    TEXT   NOT NULL,
    opens_on   TEXT   NOT NULL,
    hours      TEXT   NOT NULL,
    ground     TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE follower (
    location_id TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    told_at     BIGINT,
    PRIMARY KEY (location_id, case_id)
);
CREATE INDEX follower_case_id ON follower (case_id);

CREATE TABLE ticket (
    id          TEXT   NOT NULL PRIMARY KEY,
    location_id TEXT   NOT NULL,
    day         TEXT   NOT NULL,
    n           BIGINT NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'called', 'served', 'done', 'left')),
    staff_id    TEXT   NOT NULL,
    desk        TEXT   NOT NULL,
    taken_at    BIGINT NOT NULL,
    called_at   BIGINT,
    ended_at    BIGINT
);
CREATE UNIQUE INDEX ticket_location_id_day_n ON ticket (location_id, day, n);
CREATE UNIQUE INDEX ticket_location_id_day_desk ON ticket (location_id, day, desk) WHERE state IN ('called', 'served');
CREATE INDEX ticket_day ON ticket (day) WHERE state IN ('waiting', 'called', 'served');

CREATE TABLE paper_code (
    case_id    TEXT   NOT NULL PRIMARY KEY,
    hmac       BYTEA  NOT NULL,
    tries      BIGINT NOT NULL,
    today      BIGINT NOT NULL,
    tries_day  TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX paper_code_expires_at ON paper_code (expires_at);

CREATE TABLE mandate (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL,
    staff_id   TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX mandate_case_id ON mandate (case_id);
CREATE INDEX mandate_staff_id ON mandate (staff_id, until);
CREATE INDEX mandate_until ON mandate (until);

-- domain: editing

CREATE TABLE edit (
    id          TEXT   NOT NULL PRIMARY KEY,
    pack        TEXT   NOT NULL,
    file        TEXT   NOT NULL,
    value       TEXT   NOT NULL,
    why         TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('proposed', 'live', 'rejected', 'replaced')),
    made_by     TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    approved_by TEXT   NOT NULL,
    approved_at BIGINT,
    approval    BYTEA  NOT NULL
);
CREATE UNIQUE INDEX edit_pack_file ON edit (pack, file) WHERE state = 'live';
CREATE INDEX edit_state ON edit (state, made_at);

-- +goose Down
DROP TABLE edit;
DROP TABLE mandate;
DROP TABLE paper_code;
DROP TABLE ticket;
DROP TABLE follower;
DROP TABLE location;
DROP TABLE person_link;
DROP TABLE proposal;
DROP TABLE confirmation;
DROP INDEX audit_entry_staff;
DROP TABLE staff_budget;
DROP TABLE lease;
DROP TABLE staff_session;
DROP TABLE staff_ceremony;
DROP TABLE staff_invite;
DROP TABLE staff_passkey;
DROP TABLE staff_role;
DROP TABLE staff_member;
DROP TABLE photo_part;
DROP TABLE photo;
ALTER TABLE message_link DROP COLUMN channel;
ALTER TABLE decision DROP COLUMN proposal;
