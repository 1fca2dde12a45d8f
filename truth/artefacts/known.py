"""What judges find and we leave as it is: a part of the finding's text, and why."""

KNOWN = {
    " trust: CREDENTIALS_EXPOSURE": "Parliament takes a trust policy for one that lets the role assume others",
    "iam/role/airflow inline airflow: NOTRESOURCE_WITH_ALLOW": "AWS's own text of an execution role: the queues of MWAA are "
    "encrypted with a key of an account that nobody is told, so only this account's keys can be named, and kept out",
    "iam/role/airflow inline airflow: RESOURCE_MISMATCH: No resources match for the given action [{'action': "
    "'s3:GetObjectAttributes'": "AWS's own text of an execution role: `s3:List*` also names lists of the account, which the "
    "bucket as resource does not allow",
}
