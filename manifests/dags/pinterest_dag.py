"""Runs the notebook that cleans and queries the day's posts, once a day."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.databricks.operators.databricks import DatabricksSubmitRunOperator

with DAG(
    dag_id="pinterest_dag",
    schedule="@daily",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=2)},
):
    DatabricksSubmitRunOperator(
        task_id="submit_run",
        databricks_conn_id="databricks_default",
        existing_cluster_id="{{ var.value.databricks_cluster_id }}",
        notebook_task={"notebook_path": "{{ var.value.databricks_notebook_path }}"},
    )
