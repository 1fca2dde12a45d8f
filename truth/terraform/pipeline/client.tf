resource "aws_instance" "client" {
  ami                = var.image
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.private["a"].id
  vpc_security_group_ids = [aws_security_group.inside["client"].id]
  iam_instance_profile   = aws_iam_instance_profile.client.name
  user_data              = "#cloud-config\n"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted   = true
    volume_size = 30
  }
  tags = { Name = "client", color = var.color }
}

resource "aws_lb" "front" {
  name               = "pipeline-front"
  load_balancer_type = "network"
  internal           = true
  subnets            = [for subnet in aws_subnet.private : subnet.id]
  security_groups    = [aws_security_group.inside["front"].id]
}

resource "aws_lb_target_group" "proxy" {
  name     = "pipeline-proxy"
  port     = 8082
  protocol = "TCP"
  vpc_id   = aws_vpc.main.id
  health_check {
    protocol = "HTTP"
    path     = "/topics"
  }
}

resource "aws_lb_target_group_attachment" "client" {
  target_group_arn = aws_lb_target_group.proxy.arn
  target_id        = aws_instance.client.id
}

resource "aws_lb_listener" "proxy" {
  load_balancer_arn = aws_lb.front.arn
  port              = 8082
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.proxy.arn
  }
}
