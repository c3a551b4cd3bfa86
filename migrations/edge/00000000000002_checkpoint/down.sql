DROP TABLE checkpoint_alarm;
DROP TABLE held_checkpoint;
