"""API Gateway: APIs and all that is in them, stages, keys, plans, links, the account."""

import json

from network import network

LOOK = {"apigateway": ("get_rest_apis", {})}


def walk(w):
    gateway = w.client("apigateway")
    api, root = apis(w, gateway)
    of = {"restApiId": api}
    resource = resources(w, gateway, of, root)
    method = {**of, "resourceId": resource, "httpMethod": "POST"}
    methods(w, gateway, of, method)
    parts(w, gateway, of)
    deployment = deployments(w, gateway, of, method)
    stages(w, gateway, of, deployment)
    keys(w, gateway, api)
    links(w, gateway)
    account(w, gateway)
    delete(w, gateway, of, method)


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


def apis(w, gateway):
    made = gateway.create_rest_api(name="records", description="Takes records", endpointConfiguration={"types": ["REGIONAL"]},
                                   binaryMediaTypes=["image/png"], minimumCompressionSize=1024, tags={"team": "data"})
    w.has("api", made, name="records", description="Takes records", apiKeySource="HEADER", binaryMediaTypes=["image/png"],
          minimumCompressionSize=1024, disableExecuteApiEndpoint=False, tags={"team": "data"})
    w.equal("types", made["endpointConfiguration"]["types"], ["REGIONAL"])
    api = made["id"]
    text = json.dumps({"openapi": "3.0.1", "info": {"title": "imported", "version": "1"}, "paths": {"/x": {"get": {
        "x-amazon-apigateway-integration": {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}}}}})
    imported = gateway.import_rest_api(body=text.encode(), failOnWarnings=True)
    w.equal("name", imported["name"], "imported")
    paths = [one["path"] for one in gateway.get_resources(restApiId=imported["id"])["items"]]
    w.equal("paths", sorted(paths), ["/", "/x"])
    again = gateway.put_rest_api(restApiId=imported["id"], mode="overwrite", body=text.replace('"/x"', '"/y"').encode())
    w.equal("id", again["id"], imported["id"])
    w.equal("paths", sorted(one["path"] for one in gateway.get_resources(restApiId=imported["id"])["items"]), ["/", "/y"])
    w.refused("BadRequestException", gateway.import_rest_api, body=b"nonsense")
    listed = w.pages(gateway, "get_rest_apis", "items")
    w.equal("apis", sorted(one["name"] for one in listed), ["imported", "records"])
    gateway.delete_rest_api(restApiId=imported["id"])
    changed = gateway.update_rest_api(restApiId=api, patchOperations=patch("replace", "/description", "More") + patch("add", "/binaryMediaTypes/a~1b"))
    w.has("api", changed, description="More")
    shown = gateway.get_rest_api(restApiId=api)
    w.equal("media", sorted(shown["binaryMediaTypes"]), ["a/b", "image/png"])
    w.refused("BadRequestException", gateway.update_rest_api, restApiId=api, patchOperations=patch("replace", "/version", "2"))
    w.refused("NotFoundException", gateway.get_rest_api, restApiId="abcdefghij")
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
    gateway.tag_resource(resourceArn=arn, tags={"stage": "test"})
    w.equal("tags", gateway.get_tags(resourceArn=arn)["tags"], {"team": "data", "stage": "test"})
    gateway.untag_resource(resourceArn=arn, tagKeys=["team"])
    w.equal("tags", gateway.get_rest_api(restApiId=api)["tags"], {"stage": "test"})
    return api, shown["rootResourceId"]


def resources(w, gateway, of, root):
    made = gateway.create_resource(**of, parentId=root, pathPart="records")
    w.has("resource", made, parentId=root, pathPart="records", path="/records")
    child = gateway.create_resource(**of, parentId=made["id"], pathPart="{id}")
    w.equal("path", child["path"], "/records/{id}")
    w.refused("ConflictException", gateway.create_resource, **of, parentId=root, pathPart="records")
    w.refused("BadRequestException", gateway.create_resource, **of, parentId=root, pathPart="no good")
    listed = w.pages(gateway, "get_resources", "items", **of)
    w.equal("paths", sorted(one["path"] for one in listed), ["/", "/records", "/records/{id}"])
    gateway.update_resource(**of, resourceId=child["id"], patchOperations=patch("replace", "/pathPart", "{key}"))
    w.equal("path", gateway.get_resource(**of, resourceId=child["id"])["path"], "/records/{key}")
    gateway.delete_resource(**of, resourceId=child["id"])
    w.refused("NotFoundException", gateway.get_resource, **of, resourceId=child["id"])
    return made["id"]


def methods(w, gateway, of, method):
    made = gateway.put_method(**method, authorizationType="NONE", apiKeyRequired=False, requestParameters={"method.request.querystring.q": True})
    w.has("method", made, httpMethod="POST", authorizationType="NONE", apiKeyRequired=False, requestParameters={"method.request.querystring.q": True})
    w.refused("ConflictException", gateway.put_method, **method, authorizationType="NONE")
    changed = gateway.update_method(**method, patchOperations=patch("replace", "/apiKeyRequired", "true"))
    w.equal("key", changed["apiKeyRequired"], True)
    answer = gateway.put_method_response(**method, statusCode="200", responseParameters={"method.response.header.A": False})
    w.has("response", answer, statusCode="200", responseParameters={"method.response.header.A": False})
    gateway.update_method_response(**method, statusCode="200", patchOperations=patch("add", "/responseParameters/method.response.header.B", "false"))
    w.equal("headers", sorted(gateway.get_method_response(**method, statusCode="200")["responseParameters"]),
            ["method.response.header.A", "method.response.header.B"])
    template = {"application/json": '{"statusCode": 200}'}
    made = gateway.put_integration(**method, type="MOCK", requestTemplates=template)
    w.has("integration", made, type="MOCK", requestTemplates=template, passthroughBehavior="WHEN_NO_MATCH", timeoutInMillis=29000)
    w.refused("BadRequestException", gateway.put_integration, **method, type="AWS", integrationHttpMethod="POST",
              uri="arn:aws:apigateway:us-east-1:kinesis:action/PutRecord")
    gateway.update_integration(**method, patchOperations=patch("replace", "/timeoutInMillis", "1000"))
    w.equal("timeout", gateway.get_integration(**method)["timeoutInMillis"], 1000)
    w.refused("NotFoundException|BadRequestException", gateway.put_integration_response, **method, statusCode="404")
    answer = gateway.put_integration_response(**method, statusCode="200", responseTemplates={"application/json": "{}"})
    w.has("response", answer, statusCode="200", responseTemplates={"application/json": "{}"})
    gateway.update_integration_response(**method, statusCode="200", patchOperations=patch("replace", "/selectionPattern", "2.."))
    w.has("response", gateway.get_integration_response(**method, statusCode="200"), selectionPattern="2..")
    shown = gateway.get_method(**method)
    w.equal("whole", shown["methodIntegration"]["integrationResponses"]["200"]["selectionPattern"], "2..")
    tree = gateway.get_resources(**of, embed=["methods"])["items"]
    w.true("embedded", any(one.get("resourceMethods", {}).get("POST", {}).get("methodIntegration") for one in tree), tree)


def parts(w, gateway, of):
    schema = json.dumps({"type": "object"})
    w.has("model", gateway.create_model(**of, name="Record", contentType="application/json", schema=schema), name="Record", schema=schema)
    gateway.create_model(**of, name="Other", contentType="application/json", schema=schema)
    names = {one["name"] for one in w.pages(gateway, "get_models", "items", **of)}
    w.true("models", {"Record", "Other"} <= names, names)
    gateway.update_model(**of, modelName="Record", patchOperations=patch("replace", "/description", "A record"))
    w.equal("description", gateway.get_model(**of, modelName="Record")["description"], "A record")
    gateway.delete_model(**of, modelName="Other")
    w.refused("NotFoundException", gateway.get_model, **of, modelName="Other")

    made = [gateway.create_request_validator(**of, name=name, validateRequestBody=True)["id"] for name in ("a", "b")]
    w.equal("validators", {one["id"] for one in w.pages(gateway, "get_request_validators", "items", **of)}, set(made))
    of_one = {**of, "requestValidatorId": made[0]}
    gateway.update_request_validator(**of_one, patchOperations=patch("replace", "/validateRequestParameters", "true"))
    w.has("validator", gateway.get_request_validator(**of_one), name="a", validateRequestBody=True, validateRequestParameters=True)
    gateway.delete_request_validator(**of_one)
    w.refused("NotFoundException", gateway.get_request_validator, **of_one)

    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:check/invocations"
    made = [gateway.create_authorizer(**of, name=name, type="TOKEN", authorizerUri=uri, identitySource="method.request.header.Auth")["id"]
            for name in ("a", "b")]
    w.equal("authorizers", {one["id"] for one in w.pages(gateway, "get_authorizers", "items", **of)}, set(made))
    of_one = {**of, "authorizerId": made[0]}
    gateway.update_authorizer(**of_one, patchOperations=patch("replace", "/authorizerResultTtlInSeconds", "60"))
    w.has("authorizer", gateway.get_authorizer(**of_one), name="a", type="TOKEN", authorizerResultTtlInSeconds=60)
    gateway.delete_authorizer(**of_one)
    w.refused("NotFoundException", gateway.get_authorizer, **of_one)

    of_one = {**of, "responseType": "DEFAULT_4XX"}
    gateway.put_gateway_response(**of_one, statusCode="400", responseTemplates={"application/json": "{}"})
    w.has("response", gateway.get_gateway_response(**of_one), statusCode="400", defaultResponse=False)
    gateway.update_gateway_response(**of_one, patchOperations=patch("replace", "/statusCode", "418"))
    w.equal("status", gateway.get_gateway_response(**of_one)["statusCode"], "418")
    listed = gateway.get_gateway_responses(**of)["items"]
    w.true("responses", {"DEFAULT_4XX", "THROTTLED"} <= {one["responseType"] for one in listed}, listed)
    gateway.delete_gateway_response(**of_one)
    w.equal("default", gateway.get_gateway_response(**of_one)["defaultResponse"], True)


def deployments(w, gateway, of, method):
    made = gateway.create_deployment(**of, description="first")
    gateway.create_deployment(**of, description="second")
    listed = w.pages(gateway, "get_deployments", "items", **of)
    w.equal("deployments", sorted(one["description"] for one in listed), ["first", "second"])
    of_one = {**of, "deploymentId": made["id"]}
    gateway.update_deployment(**of_one, patchOperations=patch("replace", "/description", "1st"))
    shown = gateway.get_deployment(**of_one, embed=["apisummary"])
    w.has("deployment", shown, description="1st")
    w.equal("summary", shown["apiSummary"]["/records"]["POST"]["apiKeyRequired"], True)
    return made["id"]


def stages(w, gateway, of, deployment):
    made = gateway.create_stage(**of, stageName="live", deploymentId=deployment, variables={"a": "1"}, tags={"team": "data"}, tracingEnabled=True)
    w.has("stage", made, stageName="live", deploymentId=deployment, variables={"a": "1"}, tags={"team": "data"}, tracingEnabled=True)
    of_one = {**of, "stageName": "live"}
    w.refused("ConflictException", gateway.create_stage, **of_one, deploymentId=deployment)
    w.refused("BadRequestException|NotFoundException", gateway.create_stage, **of, stageName="x", deploymentId="none")
    gateway.update_stage(**of_one, patchOperations=patch("replace", "/*/*/throttling/rateLimit", "10") + patch("replace", "/variables/b", "2"))
    shown = gateway.get_stage(**of_one)
    w.equal("variables", shown["variables"], {"a": "1", "b": "2"})
    w.equal("limit", shown["methodSettings"]["*/*"]["throttlingRateLimit"], 10.0)
    w.equal("stages", [one["stageName"] for one in gateway.get_stages(**of)["item"]], ["live"])
    gateway.update_stage(**of_one, patchOperations=patch("replace", "/cacheClusterEnabled", "true") + patch("replace", "/cacheClusterSize", "0.5"))
    w.until("a cache", lambda: gateway.get_stage(**of_one), lambda seen: seen["cacheClusterStatus"] == "AVAILABLE")
    gateway.flush_stage_cache(**of_one)
    w.until("a cache", lambda: gateway.get_stage(**of_one), lambda seen: seen["cacheClusterStatus"] == "AVAILABLE")
    export = gateway.get_export(**of_one, exportType="oas30", accepts="application/json")
    w.true("export", "/records" in json.loads(export["body"].read())["paths"])
    w.refused("BadRequestException", gateway.delete_deployment, **of, deploymentId=deployment)


def keys(w, gateway, api):
    made = [gateway.create_api_key(name=name, enabled=True, tags={"of": name}) for name in ("one", "two")]
    w.has("key", made[0], name="one", enabled=True, tags={"of": "one"})
    key = made[0]["id"]
    w.true("hidden", "value" not in gateway.get_api_key(apiKey=key))
    w.equal("shown", gateway.get_api_key(apiKey=key, includeValue=True)["value"], made[0]["value"])
    w.equal("keys", sorted(one["name"] for one in w.pages(gateway, "get_api_keys", "items")), ["one", "two"])
    gateway.update_api_key(apiKey=key, patchOperations=patch("replace", "/enabled", "false"))
    w.equal("enabled", gateway.get_api_key(apiKey=key)["enabled"], False)
    stage = {"apiId": api, "stage": "live"}
    made = [gateway.create_usage_plan(name=name, apiStages=[stage], throttle={"burstLimit": 5, "rateLimit": 2.0},
                                      quota={"limit": 100, "period": "DAY"}, tags={"of": name}) for name in ("low", "high")]
    w.has("plan", made[0], name="low", apiStages=[stage], throttle={"burstLimit": 5, "rateLimit": 2.0}, tags={"of": "low"})
    plan = made[0]["id"]
    w.equal("plans", sorted(one["name"] for one in w.pages(gateway, "get_usage_plans", "items")), ["high", "low"])
    gateway.update_usage_plan(usagePlanId=plan, patchOperations=patch("replace", "/throttle/rateLimit", "3"))
    w.equal("limit", gateway.get_usage_plan(usagePlanId=plan)["throttle"]["rateLimit"], 3.0)
    for one in w.pages(gateway, "get_api_keys", "items"):
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=one["id"], keyType="API_KEY")
    w.refused("ConflictException", gateway.create_usage_plan_key, usagePlanId=plan, keyId=key, keyType="API_KEY")
    w.equal("keys", sorted(one["name"] for one in w.pages(gateway, "get_usage_plan_keys", "items", usagePlanId=plan)), ["one", "two"])
    w.has("key", gateway.get_usage_plan_key(usagePlanId=plan, keyId=key), id=key, name="one", type="API_KEY")
    gateway.delete_usage_plan_key(usagePlanId=plan, keyId=key)
    w.refused("NotFoundException", gateway.get_usage_plan_key, usagePlanId=plan, keyId=key)
    w.refused("BadRequestException", gateway.delete_usage_plan, usagePlanId=plan)
    for one in made:
        gateway.update_usage_plan(usagePlanId=one["id"], patchOperations=patch("remove", "/apiStages", f"{api}:live"))
        gateway.delete_usage_plan(usagePlanId=one["id"])
    w.refused("NotFoundException", gateway.get_usage_plan, usagePlanId=plan)
    for one in gateway.get_api_keys()["items"]:
        gateway.delete_api_key(apiKey=one["id"])
    w.refused("NotFoundException", gateway.get_api_key, apiKey=key)


def links(w, gateway):
    _, subnets, _ = network(w, subnets=1)
    elb = w.client("elbv2")
    balancer = elb.create_load_balancer(Name="inside", Type="network", Scheme="internal", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    w.wait(elb, "load_balancer_available", LoadBalancerArns=[balancer])
    made = [gateway.create_vpc_link(name=name, targetArns=[balancer], tags={"of": name})["id"] for name in ("one", "two")]
    for one in made:
        w.until("a link", lambda: gateway.get_vpc_link(vpcLinkId=one), lambda seen: seen["status"] == "AVAILABLE")
    w.has("link", gateway.get_vpc_link(vpcLinkId=made[0]), name="one", targetArns=[balancer], tags={"of": "one"})
    w.equal("links", {one["id"] for one in w.pages(gateway, "get_vpc_links", "items")}, set(made))
    gateway.update_vpc_link(vpcLinkId=made[0], patchOperations=patch("replace", "/name", "first"))
    w.equal("name", gateway.get_vpc_link(vpcLinkId=made[0])["name"], "first")
    for one in made:
        gateway.delete_vpc_link(vpcLinkId=one)
        w.gone("the link", "NotFoundException", lambda: gateway.get_vpc_link(vpcLinkId=one))


def account(w, gateway):
    iam = w.client("iam")
    w.true("no role yet", "cloudwatchRoleArn" not in gateway.get_account())
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="gateway", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")

    def update():
        try:
            return gateway.update_account(patchOperations=patch("replace", "/cloudwatchRoleArn", role))
        except gateway.exceptions.BadRequestException:
            return None
    w.until("a role that is known", update, bool)
    w.equal("role", gateway.get_account()["cloudwatchRoleArn"], role)
    w.refused("BadRequestException", gateway.update_account, patchOperations=patch("replace", "/cloudwatchRoleArn", role + "-none"))


def delete(w, gateway, of, method):
    gateway.delete_stage(**of, stageName="live")
    w.refused("NotFoundException", gateway.get_stage, **of, stageName="live")
    for one in gateway.get_deployments(**of)["items"]:
        gateway.delete_deployment(**of, deploymentId=one["id"])
    gateway.delete_integration_response(**method, statusCode="200")
    gateway.delete_integration(**method)
    w.refused("NotFoundException", gateway.get_integration, **method)
    gateway.delete_method_response(**method, statusCode="200")
    gateway.delete_method(**method)
    w.refused("NotFoundException", gateway.get_method, **method)
    gateway.delete_rest_api(**of)
    w.equal("apis", gateway.get_rest_apis()["items"], [])
