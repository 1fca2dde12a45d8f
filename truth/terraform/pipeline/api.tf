resource "aws_api_gateway_rest_api" "main" {
  name = "pipeline"
  endpoint_configuration {
    types = ["REGIONAL"]
  }
  tags = { color = var.color }
}

resource "aws_api_gateway_vpc_link" "front" {
  name        = "pipeline-front"
  target_arns = [aws_lb.front.arn]
}

resource "aws_api_gateway_resource" "proxy" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  parent_id   = aws_api_gateway_rest_api.main.root_resource_id
  path_part   = "{proxy+}"
}

resource "aws_api_gateway_method" "proxy" {
  rest_api_id        = aws_api_gateway_rest_api.main.id
  resource_id        = aws_api_gateway_resource.proxy.id
  http_method        = "ANY"
  authorization      = "NONE"
  api_key_required   = true
  request_parameters = { "method.request.path.proxy" = true }
}

resource "aws_api_gateway_integration" "proxy" {
  rest_api_id             = aws_api_gateway_rest_api.main.id
  resource_id             = aws_api_gateway_resource.proxy.id
  http_method             = aws_api_gateway_method.proxy.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "ANY"
  uri                     = "http://${aws_lb.front.dns_name}:8082/{proxy}"
  connection_type         = "VPC_LINK"
  connection_id           = aws_api_gateway_vpc_link.front.id
  request_parameters      = { "integration.request.path.proxy" = "method.request.path.proxy" }
}

resource "aws_api_gateway_resource" "streams" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  parent_id   = aws_api_gateway_rest_api.main.root_resource_id
  path_part   = "streams"
}

resource "aws_api_gateway_method" "streams" {
  rest_api_id   = aws_api_gateway_rest_api.main.id
  resource_id   = aws_api_gateway_resource.streams.id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "streams" {
  rest_api_id             = aws_api_gateway_rest_api.main.id
  resource_id             = aws_api_gateway_resource.streams.id
  http_method             = aws_api_gateway_method.streams.http_method
  type                    = "AWS"
  integration_http_method = "POST"
  uri                     = "arn:aws:apigateway:us-east-1:kinesis:action/ListStreams"
  credentials             = aws_iam_role.of["api"].arn
  request_parameters      = { "integration.request.header.Content-Type" = "'application/x-amz-json-1.1'" }
  request_templates       = { "application/json" = "{}" }
}

resource "aws_api_gateway_method_response" "streams" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  resource_id = aws_api_gateway_resource.streams.id
  http_method = aws_api_gateway_method.streams.http_method
  status_code = "200"
}

resource "aws_api_gateway_integration_response" "streams" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  resource_id = aws_api_gateway_resource.streams.id
  http_method = aws_api_gateway_method.streams.http_method
  status_code = aws_api_gateway_method_response.streams.status_code
  depends_on  = [aws_api_gateway_integration.streams]
}

resource "aws_api_gateway_gateway_response" "refused" {
  rest_api_id         = aws_api_gateway_rest_api.main.id
  response_type       = "DEFAULT_4XX"
  response_templates  = { "application/json" = "{\"refused\":true}" }
  response_parameters = { "gatewayresponse.header.Access-Control-Allow-Origin" = "'*'" }
}

resource "aws_api_gateway_deployment" "now" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  triggers    = { color = var.color }
  depends_on = [
    aws_api_gateway_integration.proxy,
    aws_api_gateway_integration_response.streams,
    aws_api_gateway_gateway_response.refused,
  ]
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "test" {
  rest_api_id   = aws_api_gateway_rest_api.main.id
  deployment_id = aws_api_gateway_deployment.now.id
  stage_name    = "test"
  variables     = { color = var.color }
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  stage_name  = aws_api_gateway_stage.test.stage_name
  method_path = "*/*"
  settings {
    throttling_burst_limit = 200
    throttling_rate_limit  = 100
  }
}

resource "aws_api_gateway_api_key" "main" {
  name = "pipeline"
}

resource "aws_api_gateway_usage_plan" "main" {
  name = "pipeline"
  api_stages {
    api_id = aws_api_gateway_rest_api.main.id
    stage  = aws_api_gateway_stage.test.stage_name
  }
  quota_settings {
    limit  = var.retention_hours > 24 ? 2000 : 1000
    period = "DAY"
  }
}

resource "aws_api_gateway_usage_plan_key" "main" {
  key_id        = aws_api_gateway_api_key.main.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.main.id
}
