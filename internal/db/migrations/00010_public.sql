-- +goose Up
-- What everybody may see: how long it took.

-- domain: the planner

CREATE TABLE ask_pace (
    month       TEXT   NOT NULL,
    region      TEXT   NOT NULL,
    location_id TEXT   NOT NULL,
    wait        BIGINT NOT NULL,
    lead        BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    PRIMARY KEY (month, region, location_id, wait, lead)
);

-- +goose Down
DROP TABLE ask_pace;
