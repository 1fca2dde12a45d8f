resource "aws_msk_configuration" "main" {
  name              = "pipeline"
  kafka_versions    = ["3.8.x"]
  server_properties = "auto.create.topics.enable=true\n"
}

resource "aws_msk_cluster" "main" {
  cluster_name           = "pipeline"
  kafka_version          = "3.8.x"
  number_of_broker_nodes = 3
  broker_node_group_info {
    instance_type   = "kafka.m5.large"
    client_subnets  = [for subnet in aws_subnet.private : subnet.id]
    security_groups = [aws_security_group.inside["kafka"].id]
    storage_info {
      ebs_storage_info {
        volume_size = var.retention_hours > 24 ? 200 : 100
      }
    }
  }
  configuration_info {
    arn      = aws_msk_configuration.main.arn
    revision = aws_msk_configuration.main.latest_revision
  }
  client_authentication {
    sasl {
      iam = true
    }
  }
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.logs["kafka"].name
      }
    }
  }
  tags = { color = var.color }
}

resource "aws_mskconnect_custom_plugin" "sink" {
  name         = "pipeline-sink"
  content_type = "ZIP"
  location {
    s3 {
      bucket_arn = aws_s3_bucket.data.arn
      file_key   = aws_s3_object.plugin.key
    }
  }
}

resource "aws_mskconnect_worker_configuration" "json" {
  name                    = "pipeline-json"
  properties_file_content = "key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\n"
}

resource "aws_mskconnect_connector" "sink" {
  name                 = "pipeline-sink"
  kafkaconnect_version = "3.7.x"
  capacity {
    provisioned_capacity {
      mcu_count    = 1
      worker_count = 1
    }
  }
  connector_configuration = {
    "connector.class" = "io.confluent.connect.s3.S3SinkConnector"
    "tasks.max"       = "3"
    "topics"          = "pin,geo,user"
    "s3.region"       = "us-east-1"
    "s3.bucket.name"  = aws_s3_bucket.data.id
    "flush.size"      = "1"
    "storage.class"   = "io.confluent.connect.s3.storage.S3Storage"
    "format.class"    = "io.confluent.connect.s3.format.json.JsonFormat"
  }
  kafka_cluster {
    apache_kafka_cluster {
      bootstrap_servers = aws_msk_cluster.main.bootstrap_brokers_sasl_iam
      vpc {
        security_groups = [aws_security_group.inside["connect"].id]
        subnets         = [for subnet in aws_subnet.private : subnet.id]
      }
    }
  }
  kafka_cluster_client_authentication {
    authentication_type = "IAM"
  }
  kafka_cluster_encryption_in_transit {
    encryption_type = "TLS"
  }
  plugin {
    custom_plugin {
      arn      = aws_mskconnect_custom_plugin.sink.arn
      revision = aws_mskconnect_custom_plugin.sink.latest_revision
    }
  }
  worker_configuration {
    arn      = aws_mskconnect_worker_configuration.json.arn
    revision = aws_mskconnect_worker_configuration.json.latest_revision
  }
  service_execution_role_arn = aws_iam_role.of["connect"].arn
  log_delivery {
    worker_log_delivery {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.logs["connect"].name
      }
    }
  }
}
