import NetworkPrimitives
import Testing

@testable import AddressSync

@Suite struct AddressSetTests {
    @Test(arguments: [
        ("203.0.113.1", "203.0.113.1"), ("203.0.113.2, 203.0.113.1", "203.0.113.1, 203.0.113.2"),
        ("203.0.113.2,203.0.113.1,203.0.113.2", "203.0.113.1, 203.0.113.2"), ("2001:DB8::1", "2001:db8::1"),
    ])
    func isSortedAndWithoutDuplicates(text: String, shown: String) throws {
        let set = try #require(AddressSet(text))
        #expect(set.description == shown)
        #expect(AddressSet(set.description) == set)
    }

    @Test(arguments: [
        "", ",", "203.0.113.1,", "203.0.113.1;203.0.113.2", "203.0.113.1, 2001:db8::1", " 203.0.113.1", "203.0.113.1 ",
        "203.0.113.1 , 203.0.113.2", "home.example.com",
    ])
    func isNothingElse(text: String) {
        #expect(AddressSet(text) == nil)
    }

    @Test func isNeverEmptyAndOfOneFamily() throws {
        #expect(AddressSet([]) == nil)
        #expect(AddressSet([addressA.first, try #require(IPAddress("2001:db8::1"))]) == nil)
    }
}
