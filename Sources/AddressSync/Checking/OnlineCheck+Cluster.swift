import CurlHTTP
import HTTPTypes
import OperatorCore
import StatusServer

extension OnlineCheck {
    private static let timeout = Duration.seconds(10)

    /// Whether the API server answers, its clock, the objects that there are, and what may be done with them.
    func checks(of api: KubernetesClient) async -> [Check] {
        guard let cluster = settings.cluster else { return [] }
        progress("asking the API server")
        var checks = await reach(api)
        guard !checks.contains(where: { $0.status == .failed }) else { return checks }
        let namespace = cluster.namespace ?? api.namespace
        let needed = settings.permissions(namespace: namespace)
        for permission in needed {
            progress("asking what is permitted: \(permission.subject)")
            checks += await self.checks(of: permission, api)
        }
        return checks
    }

    private func reach(_ api: KubernetesClient) async -> [Check] {
        let sent = Timestamp.now()
        do throws(KubernetesError) {
            let response = try await api.raw(RawRequest(.get, "/version"), timeout: Self.timeout)
            let received = Timestamp.now()
            switch response.status.code {
            case 200: break
            case 401:
                return [
                    .failed(
                        .cluster, "API server", "it does not accept the token or certificate (401)",
                        "see whether it has expired, and whose it is", as: .refused)
                ]
            default:
                return [
                    .failed(
                        .cluster, "API server", "it answers \(response.status.code) to GET /version",
                        "see whether the URL is that of an API server", as: .lasting)
                ]
            }
            let version = (try? JSONValue(parsing: response.body))?["gitVersion"]?.string ?? "of an unknown version"
            var checks: [Check] = [.ok(.cluster, "API server", "answers, \(version.prefix(64))")]
            if let date = response.headers[.date].flatMap(Timestamp.init(httpDate:)) {
                let (start, end) = (Double(sent.secondsSinceEpoch), Double(received.secondsSinceEpoch) + 1)
                checks.append(
                    ClockWitness.check(
                        "API server", ahead: (start + end) / 2 - Double(date.secondsSinceEpoch) - 0.5,
                        uncertainty: (end - start) / 2 + 0.5, of: "that of the API server"))
            }
            return checks
        } catch {
            return [
                .failed(
                    .cluster, "API server", error.description,
                    "see whether it runs, and whether its address and certificate authority are right", as: .lasting)
            ]
        }
    }

    private func checks(of permission: NeededPermission, _ api: KubernetesClient) async -> [Check] {
        var denied: [String] = []
        for verb in permission.verbs {
            switch await isAllowed(verb, permission, api) {
            case .success(true): break
            case .success(false): denied.append(verb)
            case .failure(let error): return [Self.unanswered(permission, error)]
            }
        }
        guard denied.isEmpty else {
            let finding = "\(denied.joined(separator: ", ")) not allowed in \(permission.namespace)"
            let advice = "so that \(permission.purpose), add to the Role: \(permission.rule(denied))"
            return [
                permission.isOptional
                    ? .warning(.permission, permission.subject, finding, advice)
                    : .failed(.permission, permission.subject, finding, advice, as: .refused)
            ]
        }
        let allowed = Check.ok(
            .permission, permission.subject,
            "\(permission.verbs.joined(separator: ", ")) allowed in \(permission.namespace)")
        return [allowed] + (await existence(of: permission, api).map { [$0] } ?? [])
    }

    private static func unanswered(_ permission: NeededPermission, _ error: KubernetesError) -> Check {
        // Every account may ask, unless somebody took that away.
        .failed(
            .permission, permission.subject, "cannot be asked: \(error)",
            error.isForbidden ? "let the account have the ClusterRole system:basic-user" : "try again later",
            as: error.isForbidden || error.isUnauthorized ? .refused : .temporary)
    }

    private func isAllowed(
        _ verb: String, _ permission: NeededPermission, _ api: KubernetesClient
    ) async -> Result<Bool, KubernetesError> {
        do throws(KubernetesError) {
            let answer = try await api.create(
                AccessReview(verb: verb, of: permission), namespace: ResourceType.noNamespace, timeout: Self.timeout)
            return .success(answer.isAllowed ?? false)
        } catch {
            return .failure(error)
        }
    }

    /// What is missing has to be created: by the process, if it may, or by somebody else.
    private func existence(of permission: NeededPermission, _ api: KubernetesClient) async -> Check? {
        guard let name = permission.name, permission.verbs.contains("get"), permission.resource != "services" else {
            return nil
        }
        do throws(KubernetesError) {
            switch permission.resource {
            case Lease.type.plural:
                _ = try await api.get(Lease.self, name: name, namespace: permission.namespace, timeout: Self.timeout)
            default:
                _ = try await api.get(
                    ConfigMap.self, name: name, namespace: permission.namespace, timeout: Self.timeout)
            }
            return nil
        } catch  where error.isNotFound {
            var creating = permission
            (creating.name, creating.verbs) = (nil, ["create"])
            // An updater only follows the published address; the leader makes what is missing of it.
            let isOwn = permission.verbs.contains { $0 == "patch" || $0 == "update" }
            guard isOwn else {
                return .warning(
                    .cluster, permission.subject, "does not exist in \(permission.namespace) yet",
                    "it is there once a leader has published")
            }
            if case .success(true) = await isAllowed("create", creating, api) {
                return .ok(.cluster, permission.subject, "does not exist yet, and may be created")
            }
            return .failed(
                .cluster, permission.subject, "does not exist in \(permission.namespace), and may not be created",
                "create it, or add to the Role: \(creating.rule(["create"]))", as: .lasting)
        } catch {
            return .failed(.cluster, permission.subject, error.description, "try again later", as: .temporary)
        }
    }
}
