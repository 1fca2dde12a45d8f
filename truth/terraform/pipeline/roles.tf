locals {
  services = {
    client  = ["ec2.amazonaws.com"]
    connect = ["kafkaconnect.amazonaws.com"]
    api     = ["apigateway.amazonaws.com"]
    airflow = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]
  }
}

resource "aws_iam_role" "of" {
  for_each = local.services
  name     = "pipeline-${each.key}"
  path     = "/pipeline/"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = each.value }
    }]
  })
  tags = { color = var.color }
}

resource "aws_iam_role_policy" "streams" {
  name = "streams"
  role = aws_iam_role.of["api"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kinesis:PutRecord", "kinesis:PutRecords"]
      Resource = [for stream in aws_kinesis_stream.tables : stream.arn]
    }]
  })
}

resource "aws_iam_role_policy_attachment" "sessions" {
  role       = aws_iam_role.of["client"].name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "client" {
  name = "pipeline-client"
  path = "/pipeline/"
  role = aws_iam_role.of["client"].name
}

resource "aws_iam_role_policy" "airflow" {
  name = "airflow"
  role = aws_iam_role.of["airflow"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject*", "s3:GetBucket*", "s3:List*"]
        Resource = [aws_s3_bucket.dags.arn, "${aws_s3_bucket.dags.arn}/*"]
      },
      {
        Effect = "Allow"
        Action = [
          "airflow:PublishMetrics", "cloudwatch:PutMetricData", "logs:*", "s3:GetAccountPublicAccessBlock", "sqs:*",
          "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*",
        ]
        Resource = "*"
      },
    ]
  })
}
