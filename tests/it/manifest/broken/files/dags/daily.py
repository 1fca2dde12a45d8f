# A DAG.
