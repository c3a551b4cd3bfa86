DROP TABLE rollout;
DROP TABLE device_end;
DROP TABLE device_report;
