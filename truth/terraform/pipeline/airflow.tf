resource "aws_mwaa_environment" "main" {
  name                  = "pipeline"
  airflow_version       = "2.10.3"
  environment_class     = "mw1.small"
  max_workers           = var.retention_hours > 24 ? 5 : 3
  webserver_access_mode = "PUBLIC_ONLY"
  execution_role_arn    = aws_iam_role.of["airflow"].arn
  source_bucket_arn     = aws_s3_bucket.dags.arn
  dag_s3_path           = "dags"
  network_configuration {
    security_group_ids = [aws_security_group.inside["airflow"].id]
    subnet_ids         = [aws_subnet.private["a"].id, aws_subnet.private["b"].id]
  }
  logging_configuration {
    task_logs {
      enabled   = true
      log_level = "INFO"
    }
  }
  tags       = { color = var.color }
  depends_on = [aws_iam_role_policy.airflow, aws_s3_object.dag, aws_route.out, aws_route_table_association.private, aws_s3_bucket_public_access_block.dags]
}
