DROP INDEX entry_commission;
