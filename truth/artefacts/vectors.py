"""Requests to the API, and what the integration behind it must be asked: by Kinesis' action.

A case is a request with `stream` in its path, and the members of what Kinesis gets; `Data` stands there as the record's bytes.
None stands for what Kinesis must refuse by its model.
"""

import json

GEO = {"ind": 0, "timestamp": "2020-01-02 03:04:05", "latitude": -1.5, "longitude": 2.25, "country": "Albania"}
GEO_BYTES = b'{"ind":0,"timestamp":"2020-01-02 03:04:05","latitude":-1.5,"longitude":2.25,"country":"Albania"}'
# What must come through whatever a template writes around it.
AWKWARD = ['a"b', "a\\b", "it's", "a\nb\tc", "C:\\new\\table", "ünï ☃ 🎉", "</script>", "$input.body", "#foreach", '","X":"']


def case(body, expected, stream="s"):
    return {"body": body if isinstance(body, str) else json.dumps(body), "stream": stream, "expected": expected}


def put(data, key, expected_bytes, expected_key):
    body = {"StreamName": "x", "Data": data, "PartitionKey": key}
    return case(body, {"StreamName": "s", "Data": expected_bytes, "PartitionKey": expected_key})


def put_many(*records):
    """`records`: data, key, the bytes expected."""
    body = {"records": [{"data": data, "partition-key": key} for data, key, _ in records]}
    expected = [{"Data": expected, "PartitionKey": str(key)} for _, key, expected in records]
    return case(body, {"StreamName": "s", "Records": expected})


def one_stream():
    yield case("{}", {"StreamName": "s"})
    yield case("{}", {"StreamName": "streaming_df_pin"}, "streaming_df_pin")
    for name in AWKWARD:
        yield case("{}", {"StreamName": name}, name)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def records():
    yield put(GEO, "0", GEO_BYTES, "0")
    yield case(
        json.dumps({"StreamName": "x", "Data": GEO, "PartitionKey": "0"}, indent=4),
        {"StreamName": "s", "Data": GEO_BYTES, "PartitionKey": "0"},
    )
    # A text stays a text, in quotes: those who send one must know.
    yield put("text", "0", b'"text"', "0")
    yield put(json.dumps(GEO), "0", compact(json.dumps(GEO)), "0")
    yield put([1, None, True], "0", b"[1,null,true]", "0")
    yield put({"ind": 7}, 7, b'{"ind":7}', "7")
    yield case({"Data": GEO}, None)
    yield case("{}", None)
    for text in AWKWARD:
        yield put({"title": text}, "0", compact({"title": text}), "0")
        yield put({"ind": 0}, text, b'{"ind":0}', text)


def batches():
    yield put_many((GEO, "0", GEO_BYTES))
    yield put_many((GEO, "0", GEO_BYTES), ({"ind": 1}, "one", b'{"ind":1}'), ("text", 2, b'"text"'))
    yield case({"records": []}, None)
    yield case("{}", None)
    yield case({"records": [{"data": GEO}]}, None)
    yield put_many(*[({"ind": number}, f"key-{number}", compact({"ind": number})) for number in range(500)])
    for text in AWKWARD:
        yield put_many(({"title": text}, text, compact({"title": text})))


VECTORS = {
    "ListStreams": [case("", {}), case("{}", {})],
    "DescribeStream": list(one_stream()),
    "DeleteStream": list(one_stream()),
    "CreateStream": [
        case("", {"ShardCount": 5, "StreamName": "s"}),
        case("{}", {"ShardCount": 5, "StreamName": "s"}),
        case({"ShardCount": 3}, {"ShardCount": 3, "StreamName": "s"}),
        case({"ShardCount": "many"}, None),
        case({"ShardCount": 0}, None),
    ],
    "PutRecord": list(records()),
    "PutRecords": list(batches()),
}
