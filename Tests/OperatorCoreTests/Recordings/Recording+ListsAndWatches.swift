extension Recording {
    /// Recorded from a kube-apiserver 1.36.2; headers that no client reads are left out.
    static let listsAndWatches = ##"""
        # list, object absent
        > GET /api/v1/namespaces/rec-74754/configmaps?fieldSelector=metadata.name%3Desddns-wan-address HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"226"},"items":[]}
        > POST /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"ipv4": "198.51.100.1"}}
        < HTTP/1.1 201 Created
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"227","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}
        # list, object present
        > GET /api/v1/namespaces/rec-74754/configmaps?fieldSelector=metadata.name%3Desddns-wan-address HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"227"},"items":[{"metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"227","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}]}
        # list with limit
        > GET /api/v1/namespaces/rec-74754/configmaps?limit=1 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"227"},"items":[{"metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"227","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}]}
        # unsupported field selector
        > GET /api/v1/namespaces/rec-74754/configmaps?fieldSelector=data.x%3D1 HTTP/1.1
        < HTTP/1.1 400 Bad Request
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"","reason":"BadRequest","code":400}
        # malformed label selector
        > GET /api/v1/namespaces/rec-74754/configmaps?labelSelector=%3D%3D%3D HTTP/1.1
        < HTTP/1.1 400 Bad Request
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"found '==', expected: !, identifier, or 'end of string'","reason":"BadRequest","code":400}
        # list at a resourceVersion from the future
        > GET /api/v1/namespaces/rec-74754/configmaps?resourceVersion=999999999 HTTP/1.1
        < HTTP/1.1 504 Gateway Timeout
        < Content-Type: application/json
        < Retry-After: 1
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: Too large resource version: 999999999, current: 227","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}
        # list at a compacted or ancient resourceVersion (may still be served while etcd has not compacted)
        > GET /api/v1/namespaces/rec-74754/configmaps?resourceVersion=1&resourceVersionMatch=Exact HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}
        # malformed resourceVersion
        > GET /api/v1/namespaces/rec-74754/configmaps?resourceVersion=abc HTTP/1.1
        < HTTP/1.1 400 Bad Request
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax","reason":"BadRequest","code":400}
        # list from cache
        > GET /api/v1/namespaces/rec-74754/configmaps?resourceVersion=0 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"227"},"items":[{"metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"227","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}]}
        # watch from the list; meanwhile: patch, unrelated create, label patch, delete, create
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=227&allowWatchBookmarks=true&timeoutSeconds=5 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.513s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"228","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:38Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+1.138s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"230","creationTimestamp":"2026-11-22T19:12:35Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:39Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+1.449s] {"type":"DELETED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"231","creationTimestamp":"2026-11-22T19:12:35Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:39Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+1.760s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+2.581s] {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"232"}}}
        < [+3.609s] {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"232"}}}
        < [+5.001s] (end of stream)
        # watch from 0: synthetic ADDED
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=0&timeoutSeconds=2 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+2.027s] (end of stream)
        # watch without resourceVersion
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&timeoutSeconds=2 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+1.998s] (end of stream)
        # watch from an ancient resourceVersion
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=1&timeoutSeconds=2 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"215","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}}
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"216","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:heartbeat":{},"f:ipv4":{}}}}]},"data":{"heartbeat":"2","ipv4":"198.51.100.3"}}}
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"217","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"218","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}},{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.6"}}}
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"219","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-apply","operation":"Apply","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:ipv4":{}}}},{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}}]},"data":{"ipv4":"198.51.100.9"}}}
        < [+0.000s] {"type":"DELETED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"220","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-apply","operation":"Apply","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:ipv4":{}}}},{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}}]},"data":{"ipv4":"198.51.100.9"}}}
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"227","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}}
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"228","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:38Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"230","creationTimestamp":"2026-11-22T19:12:35Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:39Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+0.000s] {"type":"DELETED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"231","creationTimestamp":"2026-11-22T19:12:35Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:39Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+2.002s] (end of stream)
        # watch from the future
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=999999999&timeoutSeconds=3 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+3.000s] (end of stream)
        # watch, malformed resourceVersion
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=abc&timeoutSeconds=3 HTTP/1.1
        < HTTP/1.1 500 Internal Server Error
        < Content-Type: application/json
        <
        < [+0.000s] {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax","code":500}
        < [+0.000s] (end of stream)
        # streaming list
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=3 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+0.000s] {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"235","annotations":{"k8s.io/initial-events-end":"true"}}}}
        < [+3.000s] (end of stream)
        # streaming list without resourceVersionMatch
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&sendInitialEvents=true&timeoutSeconds=3 HTTP/1.1
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < [+0.000s] {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan","reason":"Invalid","details":{"group":"meta.k8s.io","kind":"ListOptions","causes":[{"reason":"FieldValueForbidden","message":"Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan","field":"resourceVersionMatch"}]},"code":422}
        < [+0.000s] (end of stream)
        # resourceVersionMatch on a plain watch
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=227&resourceVersionMatch=Exact&timeoutSeconds=3 HTTP/1.1
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < [+0.000s] {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]","reason":"Invalid","details":{"group":"meta.k8s.io","kind":"ListOptions","causes":[{"reason":"FieldValueForbidden","message":"Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided","field":"resourceVersionMatch"},{"reason":"FieldValueNotSupported","message":"Unsupported value: \"Exact\": supported values: \"NotOlderThan\"","field":"resourceVersionMatch"}]},"code":422}
        < [+0.000s] (end of stream)
        # a silent watch: when bookmarks come
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=227&allowWatchBookmarks=true&timeoutSeconds=75 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"228","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:38Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+0.000s] {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"230","creationTimestamp":"2026-11-22T19:12:35Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:39Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+0.000s] {"type":"DELETED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"370c4f84-8d7b-4d08-aff3-fb7f9f9315d3","resourceVersion":"231","creationTimestamp":"2026-11-22T19:12:35Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:39Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}]},"data":{"ipv4":"198.51.100.2"}}}
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+60.135s] {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"253"}}}
        < [+73.142s] {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"256"}}}
        < [+75.000s] (end of stream)
        """##
}
