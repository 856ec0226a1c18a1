// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Endpoint} from "../libraries/Endpoint.sol";
import {NetworkName} from "../libraries/NetworkName.sol";

contract EndpointTest {
    error WrongKind(string url, Endpoint.Kind actual, Endpoint.Kind expected);
    error WrongAnswer(string text, bool actual);

    function kindOf(string calldata url) external pure returns (Endpoint.Kind) {
        return Endpoint.kind(url);
    }

    function isCaip2(string calldata caip2) external pure returns (bool) {
        return NetworkName.isCaip2(caip2);
    }

    function isSlug(string calldata slug) external pure returns (bool) {
        return NetworkName.isSlug(slug);
    }

    function test_publicNamesOverTlsArePublic() public view {
        expect("https://rpc.provider.org", Endpoint.Kind.Public);
        expect("wss://rpc.provider.org", Endpoint.Kind.Public);
        expect("https://RPC.Provider.ORG:8443/v1/key?a=b&c=%20", Endpoint.Kind.Public);
        expect("https://a-1.b-2.co/", Endpoint.Kind.Public);
        expect("https://1.2.3.com", Endpoint.Kind.Public);
        expect("https://localhost.provider.org", Endpoint.Kind.Public);
        expect("https://provider.locals", Endpoint.Kind.Public);
        expect("https://a.abcdefghijklmnopqrstuvwxyzabcdefghijklmn", Endpoint.Kind.Public);
    }

    function test_addressesAndPrivateNamesArePrivate() public view {
        expect("https://127.0.0.1", Endpoint.Kind.Private);
        expect("https://10.0.0.1:8545/x", Endpoint.Kind.Private);
        expect("https://127.1", Endpoint.Kind.Private);
        expect("https://2130706433", Endpoint.Kind.Private);
        expect("https://0x7f.0.0.0x1", Endpoint.Kind.Private);
        expect("https://[::1]", Endpoint.Kind.Private);
        expect("https://[::ffff:127.0.0.1]:443", Endpoint.Kind.Private);
        expect("https://localhost", Endpoint.Kind.Private);
        expect("https://node.localhost", Endpoint.Kind.Private);
        expect("https://node.LOCAL", Endpoint.Kind.Private);
        expect("https://metadata.google.internal", Endpoint.Kind.Private);
        expect("https://router.home.arpa", Endpoint.Kind.Private);
        expect("https://node.lan:8545", Endpoint.Kind.Private);
        expect("https://provider", Endpoint.Kind.Private);
        expect("https://provider.org.", Endpoint.Kind.Private);
        expect("https://-bad.org", Endpoint.Kind.Private);
        expect("https://bad-.org", Endpoint.Kind.Private);
        expect("https://a..org", Endpoint.Kind.Private);
        expect("https://under_score.org", Endpoint.Kind.Private);
        expect("https://provider.c0m", Endpoint.Kind.Private);
        expect("https://provider.org:0", Endpoint.Kind.Private);
        expect("https://provider.org:65536", Endpoint.Kind.Private);
        expect("https://provider.org:", Endpoint.Kind.Private);
        expect("https://provider.org:80:90", Endpoint.Kind.Private);
    }

    function test_plainHttpIsPrivate() public view {
        expect("http://rpc.provider.org", Endpoint.Kind.Private);
        expect("ws://rpc.provider.org", Endpoint.Kind.Private);
        expect("http://127.0.0.1:8545", Endpoint.Kind.Private);
    }

    function test_whatIsNoEndpointIsInvalid() public view {
        expect("", Endpoint.Kind.Invalid);
        expect("https://", Endpoint.Kind.Invalid);
        expect("https:///path", Endpoint.Kind.Invalid);
        expect("https://:443", Endpoint.Kind.Invalid);
        expect("ftp://provider.org", Endpoint.Kind.Invalid);
        expect("HTTPS://provider.org", Endpoint.Kind.Invalid);
        expect("javascript:alert(1)", Endpoint.Kind.Invalid);
        expect("provider.org", Endpoint.Kind.Invalid);
        expect("https://user:secret@provider.org", Endpoint.Kind.Invalid);
        expect("https://provider.org@127.0.0.1", Endpoint.Kind.Invalid);
        expect("https://provider.org\\@127.0.0.1", Endpoint.Kind.Invalid);
        expect("https://provider.org/#fragment", Endpoint.Kind.Invalid);
        expect("https://provider.org/a b", Endpoint.Kind.Invalid);
        expect("https://provider.org/\n", Endpoint.Kind.Invalid);
        expect("https://provider.org/<script>", Endpoint.Kind.Invalid);
        expect("https://provider.org/\"", Endpoint.Kind.Invalid);
        expect(unicode"https://prövider.org", Endpoint.Kind.Invalid);
        expect("https://%6c%6fcalhost.org", Endpoint.Kind.Invalid);
    }

    function test_longerThan256BytesIsInvalid() public view {
        expect(string(bytes.concat("https://provider.org/", filled(235))), Endpoint.Kind.Public);
        expect(string(bytes.concat("https://provider.org/", filled(236))), Endpoint.Kind.Invalid);
        expect(string(bytes.concat("https://", filled(63), ".org")), Endpoint.Kind.Public);
        expect(string(bytes.concat("https://", filled(64), ".org")), Endpoint.Kind.Private);
    }

    function testFuzz_noIpv4AddressIsPublic(uint8 a, uint8 b, uint8 c, uint8 d) public view {
        bytes memory url =
            bytes.concat("https://", decimal(a), ".", decimal(b), ".", decimal(c), ".", decimal(d));
        expect(string(url), Endpoint.Kind.Private);
    }

    function testFuzz_anyBytesAreDecided(string calldata text) public view {
        require(this.kindOf(text) <= Endpoint.Kind.Public, "undecided");
    }

    function testFuzz_noControlOrForeignByteIsAccepted(uint8 at, bytes1 character) public view {
        bytes memory url = "https://provider.org/path/to/rpc";
        url[at % url.length] = character;
        bool printable = uint8(character) > 32 && uint8(character) < 127;
        if (!printable) expect(string(url), Endpoint.Kind.Invalid);
    }

    function test_caip2IdsOfAnyNamespace() public view {
        require(this.isCaip2("eip155:1"), "eip155");
        require(this.isCaip2("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"), "solana");
        require(this.isCaip2("bip122:000000000019d6689c085ae165831e93"), "bip122");
        require(this.isCaip2("cosmos:cosmoshub-3"), "cosmos");
        string[9] memory wrong = [
            "",
            "eip155",
            "eip155:",
            ":1",
            "ei:1",
            "EIP155:1",
            "eip155:1:2",
            "toolongns:1",
            "eip155:123456789012345678901234567890123"
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            require(!this.isCaip2(wrong[i]), WrongAnswer(wrong[i], true));
        }
    }

    function test_slugsAreNeverTakenForAChainId() public view {
        require(this.isSlug("ethereum") && this.isSlug("base-sepolia") && this.isSlug("a1"), "slug");
        string[7] memory wrong = ["", "1", "1inch", "-a", "Ethereum", "a/b", "a:b"];
        for (uint256 i = 0; i < wrong.length; ++i) {
            require(!this.isSlug(wrong[i]), WrongAnswer(wrong[i], true));
        }
    }

    function expect(string memory url, Endpoint.Kind expected) private view {
        Endpoint.Kind actual = this.kindOf(url);
        require(actual == expected, WrongKind(url, actual, expected));
    }

    function filled(uint256 length) private pure returns (bytes memory text) {
        text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            text[i] = "a";
        }
    }

    function decimal(uint8 value) private pure returns (bytes memory) {
        bytes1 ones = bytes1(48 + value % 10);
        if (value < 10) return bytes.concat(ones);
        bytes1 tens = bytes1(48 + (value / 10) % 10);
        if (value < 100) return bytes.concat(tens, ones);
        return bytes.concat(bytes1(48 + value / 100), tens, ones);
    }
}
