-- +goose Up
-- What has to be done before a location opens.

-- domain: locations

CREATE TABLE location_list (
    location_id  TEXT    NOT NULL,
    n            BIGINT  NOT NULL,
    binds        BOOLEAN NOT NULL,
    needs        TEXT    NOT NULL,
    completed_at BIGINT,
    ended_at     BIGINT,
    PRIMARY KEY (location_id, n),
    CHECK ((needs = '') = (completed_at IS NULL))
);
CREATE UNIQUE INDEX location_list_location_id ON location_list (location_id) WHERE ended_at IS NULL;

CREATE TABLE location_tick (
    location_id TEXT   NOT NULL,
    n           BIGINT NOT NULL,
    item        TEXT   NOT NULL,
    ticked_by   TEXT   NOT NULL,
    ticked_at   BIGINT NOT NULL,
    PRIMARY KEY (location_id, n, item),
    FOREIGN KEY (location_id, n) REFERENCES location_list (location_id, n)
);

-- +goose Down
DROP TABLE location_tick;
DROP TABLE location_list;
