extension Recording {
    /// Recorded from a kube-apiserver 1.36.2; headers that no client reads are left out.
    static let oddities = ##"""
        > GET /apis/absent.example.com/v1/things HTTP/1.1
        < HTTP/1.1 404 Not Found
        < Content-Type: text/plain; charset=utf-8
        <
        < 404 page not found
        > GET /api/v1/namespaces/rec-74754/absentthings HTTP/1.1
        < HTTP/1.1 404 Not Found
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}
        # method not allowed
        > POST /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/json
        >
        > {}
        < HTTP/1.1 405 Method Not Allowed
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405}
        # unacceptable media type
        > GET /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Accept: application/xml
        < HTTP/1.1 406 Not Acceptable
        < Content-Type: application/json
        <
        < {
          "kind": "Status",
          "apiVersion": "v1",
          "metadata": {},
          "status": "Failure",
          "message": "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf",
          "reason": "NotAcceptable",
          "details": {},
          "code": 406
        }
        # unsupported body type
        > POST /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Content-Type: text/plain
        >
        > a: b
        < HTTP/1.1 415 Unsupported Media Type
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf","reason":"UnsupportedMediaType","code":415}
        # ConfigMap over 1 MiB (request body shortened here)
        > POST /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "big"}, "data": {"big": "xxx…(1048577 x)…xxx"}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ConfigMap \"big\" is invalid: []: Too long: may not be more than 1048576 bytes","reason":"Invalid","details":{"name":"big","kind":"ConfigMap","causes":[{"reason":"FieldValueTooLong","message":"Too long: may not be more than 1048576 bytes","field":"[]"}]},"code":422}
        """##
}
