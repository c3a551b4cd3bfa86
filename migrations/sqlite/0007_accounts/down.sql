DROP TABLE account_alarm;
DROP TABLE account_state;
DROP TABLE account_period;
DROP TABLE account_due;
DROP TABLE resolution_row;
