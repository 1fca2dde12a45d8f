locals {
  zones = { a = 0, b = 1, c = 2 }
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "pipeline", color = var.color }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  for_each                = local.zones
  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet("10.0.0.0/16", 4, 8 + each.value)
  availability_zone       = "us-east-1${each.key}"
  map_public_ip_on_launch = true
}

resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, each.value)
  availability_zone = "us-east-1${each.key}"
}

resource "aws_eip" "nat" {
  domain     = "vpc"
  depends_on = [aws_internet_gateway.main]
}

resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public["a"].id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}

resource "aws_route_table_association" "public" {
  for_each       = aws_subnet.public
  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.us-east-1.s3"
  route_table_ids = [aws_route_table.private.id]
}

resource "aws_security_group" "inside" {
  for_each    = toset(["client", "kafka", "connect", "airflow", "front"])
  name        = "pipeline-${each.key}"
  description = "What ${each.key} may"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_egress_rule" "out" {
  for_each          = aws_security_group.inside
  security_group_id = each.value.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "brokers" {
  for_each                     = toset(["client", "connect"])
  security_group_id            = aws_security_group.inside["kafka"].id
  referenced_security_group_id = aws_security_group.inside[each.key].id
  description                  = "Kafka for ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 9098
  to_port                      = 9098
}

resource "aws_vpc_security_group_ingress_rule" "airflow" {
  security_group_id            = aws_security_group.inside["airflow"].id
  referenced_security_group_id = aws_security_group.inside["airflow"].id
  ip_protocol                  = "-1"
}

resource "aws_security_group_rule" "proxy" {
  type                     = "ingress"
  security_group_id        = aws_security_group.inside["client"].id
  source_security_group_id = aws_security_group.inside["front"].id
  protocol                 = "tcp"
  from_port                = 8082
  to_port                  = 8082
}
