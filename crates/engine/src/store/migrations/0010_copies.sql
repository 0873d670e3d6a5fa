-- A move by COPY that may have made its copy is not undone by forgetting it.
ALTER TABLE ops ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;
