extension Recording {
    /// Recorded from a kube-apiserver 1.36.2; headers that no client reads are left out.
    static let expiry = ##"""
        # list
        > GET /api/v1/namespaces/rec-74754/configmaps?fieldSelector=metadata.name%3Desddns-wan-address HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"282"},"items":[{"metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"263","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:14:13Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:a":{},"f:ipv4":{}}}}]},"data":{"a":"b","ipv4":"198.51.100.3"}}]}
        # list at a compacted resourceVersion
        > GET /api/v1/namespaces/rec-74754/configmaps?fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=5&resourceVersionMatch=Exact HTTP/1.1
        < HTTP/1.1 410 Gone
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"The resourceVersion for the provided list is too old.","reason":"Expired","code":410}
        # watch from a compacted resourceVersion
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&resourceVersion=5&timeoutSeconds=3 HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.000s] {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 5 (275)","reason":"Expired","code":410}}
        < [+0.000s] (end of stream)
        # continue token of a compacted list
        > GET /api/v1/namespaces/rec-74754/configmaps?limit=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhXHUwMDAwIn0 HTTP/1.1
        < HTTP/1.1 410 Gone
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{"continue":"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiYVx1MDAwMCJ9"},"status":"Failure","message":"The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.","reason":"Expired","code":410}
        """##
}
