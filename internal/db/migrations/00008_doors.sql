-- +goose Up
-- Doors: how somebody asks who has no number, no phone or no network.

-- domain: the planner

CREATE TABLE voucher (
    sum        BYTEA  NOT NULL PRIMARY KEY,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX voucher_expires_at ON voucher (expires_at);

-- +goose Down
DROP TABLE voucher;
