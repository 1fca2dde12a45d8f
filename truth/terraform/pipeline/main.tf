# The pipeline of manifests/pinterest.yaml as one writes it for Terraform.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  s3_use_path_style = true
  default_tags {
    tags = { project = "pinterest-data-pipeline" }
  }
}

variable "retention_hours" {
  type    = number
  default = 24
}

variable "color" {
  type    = string
  default = "blue"
}

# Amazon Linux 2023, as the sandbox knows it.
variable "image" {
  type    = string
  default = "ami-02023000000000001"
}

data "aws_caller_identity" "current" {}
