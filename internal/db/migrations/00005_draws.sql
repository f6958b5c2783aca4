-- +goose Up
-- What draws are drawn by, when it is not a beacon.

-- domain: the planner

CREATE TABLE draw_throw (
    id       TEXT   NOT NULL PRIMARY KEY,
    draw_id  TEXT   NOT NULL REFERENCES draw (id),
    attempt  BIGINT NOT NULL,
    place    BIGINT NOT NULL CHECK (place IN (1, 2)),
    staff_id TEXT   NOT NULL,
    digits   TEXT   NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('typed', 'agreed', 'differs')),
    at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX draw_throw_draw_id_attempt_place ON draw_throw (draw_id, attempt, place);
CREATE UNIQUE INDEX draw_throw_draw_id_attempt_staff_id ON draw_throw (draw_id, attempt, staff_id);
CREATE UNIQUE INDEX draw_throw_draw_id_place ON draw_throw (draw_id, place) WHERE state = 'agreed';

CREATE TABLE draw_party (
    draw_id     TEXT   NOT NULL REFERENCES draw (id),
    name        TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    typed_by    TEXT   NOT NULL,
    typed_at    BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL,
    revealed_by TEXT   NOT NULL,
    revealed_at BIGINT,
    PRIMARY KEY (draw_id, name)
);

-- +goose Down
DROP TABLE draw_party;
DROP TABLE draw_throw;
