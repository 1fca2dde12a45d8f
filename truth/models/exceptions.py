"""What the models say otherwise than AWS does, with the reason for each."""

# Errors that every operation of a protocol may answer, whether its model names them or not (AWS.md §0.2).
COMMON_ERRORS = {
    "AccessDenied",
    "AccessDeniedException",
    "IncompleteSignature",
    "InternalFailure",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "UnknownOperationException",
    "ValidationError",
    "ValidationException",
}

# A part of a violation's text, and why it is none.
KNOWN = {
    "AssociateAddress answer: .return (on the wire)": "EC2 answers `return` beside what its model has",
    "CreateSecurityGroup answer: .return (on the wire)": "EC2 answers `return` beside what its model has",
    ".State: 'available' is none of ['PendingAcceptance'": "EC2 writes the states of endpoints in lower case (AWS.md §1.7)",
    ".State: 'pending' is none of ['PendingAcceptance'": "EC2 writes the states of endpoints in lower case (AWS.md §1.7)",
    ".State: 'deleting' is none of ['PendingAcceptance'": "EC2 writes the states of endpoints in lower case (AWS.md §1.7)",
    ".State: 'deleted' is none of ['PendingAcceptance'": "EC2 writes the states of endpoints in lower case (AWS.md §1.7)",
    ".Attachments[0].State: 'available' is none of": "EC2 says `available` of an attached internet gateway (AWS.md §1.3)",
    "NumberOfBrokerNodes: 24, at most 15": "MSK's quota is 60 brokers; the model's 15 is stale (AWS.md §3.1)",
    "UpdateBrokerCount request: .TargetNumberOfBrokerNodes: 600, at most 15": "more than a subnet has room for, to be taken back",
    "UpdateBrokerCount request: .TargetNumberOfBrokerNodes: 900, at most 15": "more than a subnet has room for, to be taken back",
    "the error SomethingNew is none": "a fault that the suites make up",
    "kinesis ListStreams answer: the error BadRequestException": "a fault that the suites make up",
}
