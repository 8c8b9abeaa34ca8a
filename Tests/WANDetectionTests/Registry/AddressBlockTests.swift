import NetworkPrimitives
import Testing
import WANDetection

@Suite struct AddressBlockTests {
    @Test(arguments: ["10.0.0.0/8", "0.0.0.0/0", "198.51.100.7/32", "2000::/3", "::1/128"])
    func readsAndShows(text: String) throws {
        #expect(try #require(AddressBlock(text)).description == text)
    }

    @Test(arguments: [
        "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "10.0.0.0/8/8", "2001::1/64",
        "2000::/129", "host/8",
    ])
    func refuses(text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test func respectsPrefixesWithinAByte() throws {
        let block = try #require(AddressBlock("172.16.0.0/12"))
        #expect(block.contains(try address("172.31.255.255")))
        #expect(!block.contains(try address("172.32.0.0")))
        #expect(!block.contains(try address("::ffff:172.16.0.1")))
    }

    @Test func theWholeInternetContainsEverythingOfItsFamily() throws {
        let block = try #require(AddressBlock("0.0.0.0/0"))
        #expect(block.contains(try address("255.255.255.255")))
        #expect(!block.contains(try address("::")))
    }
}
