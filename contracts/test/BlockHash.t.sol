// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CaseId, NetworkId, Offence, Role} from "../Types.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {DinTest} from "./lib/DinTest.t.sol";

/// @dev Statements about the settlement chain itself, held against its own history.
contract BlockHashTest is DinTest {
    uint256 private constant STAKE = 10_000 ether;
    uint256 private constant NOW = 100_000;
    /// @dev EIP-2935.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    NetworkId private immutable HERE = NetworkId.wrap(keccak256("eip155:31337"));
    address private provider;

    function setUp() public {
        deployAll();
        provider = newProvider("provider", STAKE);
        VM.roll(NOW);
        // Answers with the number it was asked for and 1 more: a hash that a test can know.
        VM.etch(HISTORY, hex"5f356001015f5260205ff3");
    }

    function test_recentBlockThatWasAnotherCondemns() public {
        CaseId caseId = prove(NOW - 1, "false");
        equal(vault.accountOf(Role.Provider, provider).tokens, STAKE / 2);
        equal(token.balanceOf(STRANGER), STAKE / 20);
        equal(registry.providerOf(provider).jailedUntil, type(uint48).max);
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Executed));
        equal(
            uint256(CaseId.unwrap(caseId)),
            uint256(CaseId.unwrap(court.caseIdOf(uint64(NOW - 1), provider, HERE, Offence.Equivocation)))
        );
    }

    function test_olderBlockIsReadFromHistory() public {
        refuse(NOW - 8_000, bytes32(NOW - 8_000 + 1), bytes32(NOW - 8_000 + 1));
        prove(NOW - 8_000, "false");
        equal(vault.accountOf(Role.Provider, provider).tokens, STAKE / 2);
    }

    /// @dev The chain's history does not reach there and answers nothing: a zero hash proves nothing.
    function test_blockBeyondHistoryProvesNothing() public {
        VM.etch(HISTORY, hex"5f5ffd");
        refuse(NOW - 9_000, "false", 0);
        refuse(NOW + 1, "false", 0);
        refuse(NOW, "false", 0);
    }

    function test_trueStatementProvesNothing() public {
        bytes32 truth = blockhash(NOW - 1);
        isTrue(truth != 0, "the chain remembers");
        refuse(NOW - 1, truth, truth);
    }

    function test_statementThatIsNotFinalOrAboutAnotherChainProvesNothing() public {
        ISlashingCourt.Statement memory said = ISlashingCourt.Statement(HERE, uint64(NOW - 1), "false", false);
        bytes memory signature = statementSignature(keyOf("provider"), said);
        VM.expectRevert(ISlashingCourt.NotFinalized.selector);
        court.proveBlockHash(said, signature);
        said = ISlashingCourt.Statement(NETWORK, uint64(NOW - 1), "false", true);
        signature = statementSignature(keyOf("provider"), said);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NotAboutThisChain.selector, NETWORK));
        court.proveBlockHash(said, signature);
    }

    function test_strangerIsNotPunished() public {
        ISlashingCourt.Statement memory said = ISlashingCourt.Statement(HERE, uint64(NOW - 1), "false", true);
        bytes memory signature = statementSignature(keyOf("stranger"), said);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.UnknownSigner.selector, STRANGER));
        court.proveBlockHash(said, signature);
    }

    function test_oneObjectiveOffenceIsTheEnd() public {
        prove(NOW - 1, "false");
        ISlashingCourt.Statement memory said = ISlashingCourt.Statement(HERE, uint64(NOW - 2), "false", true);
        bytes memory signature = statementSignature(keyOf("provider"), said);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.AlreadyCondemned.selector, provider));
        court.proveBlockHash(said, signature);
    }

    /// @dev Without stake there is nothing to take, and still a liar is out.
    function test_liarWithoutStakeIsJailed() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.warp(START + THAW);
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        prove(NOW - 1, "false");
        equal(registry.providerOf(provider).jailedUntil, type(uint48).max);
        equal(token.balanceOf(STRANGER), 0);
    }

    function prove(uint256 height, bytes32 said) private returns (CaseId) {
        ISlashingCourt.Statement memory statement = ISlashingCourt.Statement(HERE, uint64(height), said, true);
        bytes memory signature = statementSignature(keyOf("provider"), statement);
        VM.prank(STRANGER);
        return court.proveBlockHash(statement, signature);
    }

    function refuse(uint256 height, bytes32 said, bytes32 truth) private {
        ISlashingCourt.Statement memory statement = ISlashingCourt.Statement(HERE, uint64(height), said, true);
        bytes memory signature = statementSignature(keyOf("provider"), statement);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NothingDisproven.selector, height, truth));
        court.proveBlockHash(statement, signature);
    }
}
