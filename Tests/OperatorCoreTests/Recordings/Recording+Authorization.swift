extension Recording {
    /// Recorded from a kube-apiserver 1.36.2; headers that no client reads are left out.
    static let authorization = ##"""
        # anonymous
        > GET /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        < HTTP/1.1 403 Forbidden
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps is forbidden: User \"system:anonymous\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"rec-74754\"","reason":"Forbidden","details":{"kind":"configmaps"},"code":403}
        # malformed token
        > GET /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Authorization: Bearer abc…
        < HTTP/1.1 401 Unauthorized
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}
        # a bound token (shortened here)
        > POST /api/v1/namespaces/rec-74754/serviceaccounts/u/token HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 600}}
        < HTTP/1.1 201 Created
        < Content-Type: application/json
        <
        < {"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","metadata":{"name":"u","namespace":"rec-74754","uid":"fc4a6519-e798-4c53-812d-cb5d23c3a90c","creationTimestamp":"2026-11-22T19:14:10Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"authentication.k8s.io/v1","time":"2026-11-22T19:14:10Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:expirationSeconds":{}}},"subresource":"token"}]},"spec":{"audiences":["https://kubernetes.default.svc"],"expirationSeconds":600,"boundObjectRef":null},"status":{"token":"eyJ…(token)…","expirationTimestamp":"2026-11-22T19:24:10Z"}}
        # allowed by resourceNames
        > GET /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Authorization: Bearer eyJ…
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}
        # other name
        > GET /api/v1/namespaces/rec-74754/configmaps/other HTTP/1.1
        > Authorization: Bearer eyJ…
        < HTTP/1.1 403 Forbidden
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"other\" is forbidden: User \"system:serviceaccount:rec-74754:u\" cannot get resource \"configmaps\" in API group \"\" in the namespace \"rec-74754\"","reason":"Forbidden","details":{"name":"other","kind":"configmaps"},"code":403}
        # list without a field selector
        > GET /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Authorization: Bearer eyJ…
        < HTTP/1.1 403 Forbidden
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps is forbidden: User \"system:serviceaccount:rec-74754:u\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"rec-74754\"","reason":"Forbidden","details":{"kind":"configmaps"},"code":403}
        # list with metadata.name selector: allowed by resourceNames
        > GET /api/v1/namespaces/rec-74754/configmaps?fieldSelector=metadata.name%3Desddns-wan-address HTTP/1.1
        > Authorization: Bearer eyJ…
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"262"},"items":[{"metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}]}
        # watch with metadata.name selector
        > GET /api/v1/namespaces/rec-74754/configmaps?watch=true&fieldSelector=metadata.name%3Desddns-wan-address&timeoutSeconds=2 HTTP/1.1
        > Authorization: Bearer eyJ…
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < [+0.000s] {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"232","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:40Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}}
        < [+1.999s] (end of stream)
        # patch allowed
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/merge-patch+json
        > Authorization: Bearer eyJ…
        >
        > {"data": {"a": "b"}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"97da05cb-5385-4209-89d9-c076069e37d3","resourceVersion":"263","creationTimestamp":"2026-11-22T19:12:40Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:14:13Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:a":{},"f:ipv4":{}}}}]},"data":{"a":"b","ipv4":"198.51.100.3"}}
        # update not allowed
        > PUT /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/json
        > Authorization: Bearer eyJ…
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"a": "b"}}
        < HTTP/1.1 403 Forbidden
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"esddns-wan-address\" is forbidden: User \"system:serviceaccount:rec-74754:u\" cannot update resource \"configmaps\" in API group \"\" in the namespace \"rec-74754\"","reason":"Forbidden","details":{"name":"esddns-wan-address","kind":"configmaps"},"code":403}
        # create not allowed
        > POST /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Content-Type: application/json
        > Authorization: Bearer eyJ…
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"a": "b"}}
        < HTTP/1.1 403 Forbidden
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps is forbidden: User \"system:serviceaccount:rec-74754:u\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"rec-74754\"","reason":"Forbidden","details":{"kind":"configmaps"},"code":403}
        # another resource
        > GET /api/v1/namespaces/rec-74754/secrets HTTP/1.1
        > Authorization: Bearer eyJ…
        < HTTP/1.1 403 Forbidden
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"secrets is forbidden: User \"system:serviceaccount:rec-74754:u\" cannot list resource \"secrets\" in API group \"\" in the namespace \"rec-74754\"","reason":"Forbidden","details":{"kind":"secrets"},"code":403}
        # another namespace
        > GET /api/v1/namespaces/absent/configmaps/x HTTP/1.1
        > Authorization: Bearer eyJ…
        < HTTP/1.1 403 Forbidden
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"x\" is forbidden: User \"system:serviceaccount:rec-74754:u\" cannot get resource \"configmaps\" in API group \"\" in the namespace \"absent\"","reason":"Forbidden","details":{"name":"x","kind":"configmaps"},"code":403}
        # create in a namespace that does not exist
        > POST /api/v1/namespaces/absent-ns/configmaps HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"a": "b"}}
        < HTTP/1.1 404 Not Found
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"namespaces \"absent-ns\" not found","reason":"NotFound","details":{"name":"absent-ns","kind":"namespaces"},"code":404}
        """##
}
