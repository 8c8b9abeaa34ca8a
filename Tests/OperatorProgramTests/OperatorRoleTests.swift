import OperatorProgram
import Testing

@Suite struct OperatorRoleTests {
    @Test(arguments: [
        ("esddns-leader", OperatorRole.leader), ("/usr/local/bin/esddns-leader", .leader), ("./esddns-leader", .leader),
        ("esddns-updater", .updater), ("/usr/local/bin/esddns-updater", .updater), ("../bin//esddns-updater", .updater),
    ])
    func theNameTellsTheRole(path: String, role: OperatorRole) {
        for product in OperatorRole.allCases {
            #expect(OperatorRole(startedAs: path, builtAs: product) == role)
        }
    }

    @Test(arguments: [
        nil, "", "/", "esddns", "esddns-leader-0.1.0", "my-esddns-updater", "ESDDNS-LEADER",
        "/opt/esddns-leader/bin/operator",
    ])
    func processesOfOtherNamesAreWhatTheyWereBuiltAs(path: String?) {
        for product in OperatorRole.allCases {
            #expect(OperatorRole(startedAs: path, builtAs: product) == product)
        }
    }
}
