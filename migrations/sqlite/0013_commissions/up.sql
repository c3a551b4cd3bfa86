-- Finds the few entries that open calibration blocks among all entries of a party.
CREATE INDEX entry_commission ON entry (party, observed_at) WHERE kind = 'device.commission';
