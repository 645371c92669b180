"""What the server itself knows of SQL: lexis, transactions, settings, refusals."""
