// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CaseId, NetworkId, Offence, OffenceId, Role} from "../../Types.sol";
import {ISlashingCourt} from "../../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../../interfaces/IWatcherHub.sol";
import {DinTest} from "./DinTest.t.sol";

/// @dev Several actors who do what the contracts let them do, in any order and at any time, and a second set of books
/// that is kept without looking at the contracts' own. Every action chooses its arguments so that most calls succeed;
/// refusals are part of the game and are counted.
contract Handler is DinTest {
    uint256 public constant PROVIDERS = 3;
    uint256 public constant WATCHERS = 4;
    uint256 private constant SIGNERS = 6;

    struct Books {
        uint256 staked;
        uint256 withdrawn;
        uint256 slashed;
    }

    struct Charge {
        uint256 time;
        uint256 bps;
        bool vetoed;
    }

    address[] public providers;
    address[] public watchers;
    NetworkId[] public networks;
    CaseId[] public cases;
    OffenceId[] public offences;
    mapping(Role => mapping(address => Books)) public books;
    mapping(CaseId => uint256) public timesOpened;
    mapping(CaseId => ISlashingCourt.CaseState) public lastState;
    mapping(CaseId => uint256) public amountAtOpening;
    mapping(OffenceId => mapping(address => uint256)) public timesAttested;
    mapping(OffenceId => uint256) public tallyAllowed;
    mapping(OffenceId => uint64) public epochOf;
    mapping(address signer => address provider) public firstOwner;
    address[] public signers;
    mapping(address provider => Charge[]) private _charges;
    mapping(CaseId => uint256) private _chargeOf;
    uint256 public reporterPaid;
    /// @dev The first rule that an action saw broken, for those that only the moment shows.
    string public broken;
    uint256 public succeeded;
    uint256 public refused;

    constructor() {
        deployAll();
        networks.push(NETWORK);
        VM.prank(GOVERNOR);
        networks.push(registry.addNetwork("eip155:10", "optimism", networkParams(MIN_STAKE / 2)));
        for (uint256 i = 0; i < PROVIDERS; ++i) {
            providers.push(makeAddress(providerName(i)));
            fund(Role.Provider, providers[i], 5 * MIN_STAKE);
            VM.prank(providers[i]);
            registry.register(providers[i], "", 0, "");
            note(providers[i], providers[i]);
            VM.prank(providers[i]);
            registry.addService(NETWORK, URL, FULL);
        }
        for (uint256 i = 0; i < WATCHERS; ++i) {
            watchers.push(makeAddress(string(abi.encodePacked("watcher", i))));
            fund(Role.Watcher, watchers[i], (i + 1) * MIN_BOND);
            VM.prank(watchers[i]);
            hub.join();
        }
    }

    /* STAKE */

    function stake(bool watcher, uint256 who, uint96 amount) external {
        (Role role, address account) = pick(watcher, who);
        fund(role, account, bound(amount, 1, 2 * MIN_STAKE));
        ++succeeded;
    }

    function thaw(bool watcher, uint256 who, uint96 amount) external {
        (Role role, address account) = pick(watcher, who);
        // Small steps, or soon nobody has anything left to lose; now and then all of it and one more.
        uint256 active = vault.activeStake(role, account);
        uint256 most = amount % 8 == 0 ? active + 1 : active / 8 + 1;
        VM.prank(account);
        try vault.thaw(role, bound(amount, 1, most)) {
            ++succeeded;
        } catch {
            ++refused;
        }
    }

    function cancelThaw(bool watcher, uint256 who) external {
        (Role role, address account) = pick(watcher, who);
        VM.prank(account);
        try vault.cancelThaw(role) {
            ++succeeded;
        } catch {
            ++refused;
        }
    }

    function withdraw(bool watcher, uint256 who) external {
        (Role role, address account) = pick(watcher, who);
        IStakeVault.Account memory before = vault.accountOf(role, account);
        uint256 balance = token.balanceOf(account);
        VM.prank(account);
        try vault.withdraw(role, account) returns (uint256 amount) {
            ++succeeded;
            if (before.thawEnd == 0 || block.timestamp < before.thawEnd) broken = "left before its thaw ended";
            if (amount > before.thawing) broken = "more left than had thawed";
            if (amount > before.tokens - before.locked) broken = "locked stake left";
            if (token.balanceOf(account) != balance + amount) broken = "paid another amount";
            books[role][account].withdrawn += amount;
        } catch {
            ++refused;
        }
    }

    /* SERVICES */

    function addService(uint256 who, uint256 where) external {
        VM.prank(providers[who % PROVIDERS]);
        try registry.addService(networks[where % 2], URL, FULL) {
            ++succeeded;
        } catch {
            ++refused;
        }
    }

    function changeService(uint256 who, uint256 where, uint8 what) external {
        address provider = providers[who % PROVIDERS];
        bytes[4] memory calls = [
            abi.encodeCall(registry.pauseService, (networks[where % 2])),
            abi.encodeCall(registry.resumeService, (networks[where % 2])),
            abi.encodeCall(registry.removeService, (networks[where % 2])),
            abi.encodeCall(registry.syncService, (provider, networks[where % 2]))
        ];
        VM.prank(provider);
        (bool ok,) = address(registry).call(calls[what % 4]);
        ok ? ++succeeded : ++refused;
    }

    function updateNetwork(uint256 where, uint96 minStake) external {
        VM.prank(GOVERNOR);
        registry.updateNetwork(networks[where % 2], networkParams(uint96(bound(minStake, 1, 3 * MIN_STAKE))));
        ++succeeded;
    }

    function rotateSigner(uint256 who, uint256 which) external {
        address provider = providers[who % PROVIDERS];
        string memory name = string(abi.encodePacked("signer", which % SIGNERS));
        bytes memory consent = consentOf(keyOf(name), provider, block.timestamp);
        VM.prank(provider);
        try registry.rotateSigner(makeAddress(name), block.timestamp, consent) {
            ++succeeded;
            note(makeAddress(name), provider);
        } catch {
            ++refused;
        }
    }

    /* WATCHERS */

    function changeWatcher(uint256 who, uint8 what) external {
        address watcher = watchers[who % WATCHERS];
        bytes[4] memory calls = [
            abi.encodeCall(hub.leave, ()),
            abi.encodeCall(hub.syncWeight, (watcher)),
            abi.encodeCall(hub.join, ()),
            abi.encodeCall(hub.join, ())
        ];
        VM.prank(watcher);
        (bool ok,) = address(hub).call(calls[what % 4]);
        ok ? ++succeeded : ++refused;
    }

    /// @dev A whole epoch: the watchers of `mask` accuse a provider; some try to reveal twice or to copy another.
    function attestEpoch(uint8 mask, uint256 whom, uint256 where, uint8 offence, uint8 mood) external {
        bool cheat = mood % 8 == 0;
        // Mostly the heavy ones agree, else nothing would ever reach a quorum.
        if (mood % 4 != 1) mask |= 12;
        uint64 epoch = hub.currentEpoch();
        IWatcherHub.Breach memory breach = outage(providers[whom % PROVIDERS]);
        breach.network = networks[where % 2];
        breach.offence = Offence(offence % 5);
        breach.successes = breach.offence == Offence.Outage ? 0 : 1;
        breach.p95LatencyMs = 3_000;
        breach.p95BlockLag = 30;
        breach.mismatches = 2;
        IWatcherHub.Breach[] memory breaches = only(breach);
        bytes32[] memory chunks = new bytes32[](1);
        chunks[0] = chunkHash("", breaches);
        VM.warp(hub.epochStart(epoch + 1));
        for (uint256 i = 0; i < WATCHERS; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            address author = cheat && i > 0 ? watchers[i - 1] : watchers[i];
            bytes32 commitment = commitmentOf(author, epoch, "salt", chunks);
            VM.prank(watchers[i]);
            try hub.commit(epoch, commitment) {} catch {}
        }
        VM.warp(hub.epochStart(epoch + 1) + COMMIT);
        OffenceId id = hub.offenceIdOf(epoch, breach.provider, breach.network, breach.offence);
        offences.push(id);
        epochOf[id] = epoch;
        for (uint256 i = 0; i < WATCHERS; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            revealAs(watchers[i], epoch, id, chunks, breaches);
            if (cheat) revealAs(watchers[i], epoch, id, chunks, breaches);
        }
        openCase(epoch, breach.provider, breach.network, breach.offence);
    }

    /* CASES */

    function openAgain(uint256 which, uint64 epochsBack, uint8 offence) external {
        uint64 epoch = hub.currentEpoch();
        epoch -= uint64(bound(epochsBack, 0, epoch < 3 ? epoch : 3));
        openCase(epoch, providers[which % PROVIDERS], networks[which % 2], Offence(offence % 5));
    }

    function execute(uint256 which) external {
        if (cases.length == 0) return;
        CaseId caseId = preferOpen(which);
        ISlashingCourt.Case memory opened = court.caseOf(caseId);
        try court.execute(caseId) {
            ++succeeded;
            if (block.timestamp < opened.executableAt) broken = "executed within the window";
            books[Role.Provider][opened.provider].slashed += amountAtOpening[caseId];
        } catch {
            ++refused;
        }
    }

    function veto(uint256 which) external {
        if (cases.length == 0) return;
        CaseId caseId = preferOpen(which);
        address provider = court.caseOf(caseId).provider;
        IStakeVault.Account memory before = vault.accountOf(Role.Provider, provider);
        VM.prank(GUARDIAN);
        try court.veto(caseId) {
            ++succeeded;
            before.locked -= uint96(amountAtOpening[caseId]);
            bytes32 restored = keccak256(abi.encode(vault.accountOf(Role.Provider, provider)));
            if (restored != keccak256(abi.encode(before))) broken = "veto restored something else";
            _charges[provider][_chargeOf[caseId]].vetoed = true;
        } catch {
            ++refused;
        }
    }

    function proveEquivocation(uint256 who, uint64 height) external {
        // Rare, because it ends a provider.
        if (height % 16 != 0) return;
        string memory name = providerName(who % PROVIDERS);
        ISlashingCourt.Statement memory a = ISlashingCourt.Statement(NETWORK, height % 64, "a", true);
        ISlashingCourt.Statement memory b = ISlashingCourt.Statement(NETWORK, height % 64, "b", true);
        bytes memory signatureA = statementSignature(keyOf(name), a);
        bytes memory signatureB = statementSignature(keyOf(name), b);
        address provider = makeAddress(name);
        uint256 reporterBefore = token.balanceOf(STRANGER);
        VM.prank(STRANGER);
        try court.proveEquivocation(a, signatureA, b, signatureB) returns (CaseId caseId) {
            ++succeeded;
            uint256 amount = court.caseOf(caseId).amount;
            ++timesOpened[caseId];
            lastState[caseId] = ISlashingCourt.CaseState.Executed;
            amountAtOpening[caseId] = amount;
            books[Role.Provider][provider].slashed += amount;
            reporterPaid += token.balanceOf(STRANGER) - reporterBefore;
        } catch {
            ++refused;
        }
    }

    /* TIME */

    function wait(uint32 time) external {
        VM.warp(block.timestamp + bound(time, 1, 8 days));
    }

    /* FOR THE INVARIANTS */

    function noteStates() external {
        for (uint256 i = 0; i < cases.length; ++i) {
            ISlashingCourt.CaseState state = court.caseOf(cases[i]).state;
            ISlashingCourt.CaseState last = lastState[cases[i]];
            if (state < last || (last == ISlashingCourt.CaseState.Vetoed && state != last)) {
                broken = "a case went back";
            }
            lastState[cases[i]] = state;
        }
    }

    function counts() external view returns (uint256 caseCount, uint256 offenceCount, uint256 signerCount) {
        return (cases.length, offences.length, signers.length);
    }

    function contracts()
        external
        view
        returns (address vault_, address registry_, address hub_, address court_, address token_)
    {
        return (address(vault), address(registry), address(hub), address(court), address(token));
    }

    function treasury() external view returns (address) {
        return TREASURY;
    }

    /// @dev The most that was charged within any 28 days and not taken back, in 1/10,000 of stake.
    function worstWindow(address provider) external view returns (uint256 worst) {
        Charge[] storage charges = _charges[provider];
        for (uint256 i = 0; i < charges.length; ++i) {
            uint256 sum = 0;
            for (uint256 j = 0; j <= i; ++j) {
                if (!charges[j].vetoed && charges[i].time - charges[j].time <= REPEAT) sum += charges[j].bps;
            }
            if (sum > worst) worst = sum;
        }
    }

    /* STEPS */

    function openCase(uint64 epoch, address provider, NetworkId network, Offence offence) private {
        IStakeVault.Account memory before = vault.accountOf(Role.Provider, provider);
        try court.openCase(epoch, provider, network, offence) returns (CaseId caseId) {
            ++succeeded;
            uint256 amount = court.caseOf(caseId).amount;
            cases.push(caseId);
            ++timesOpened[caseId];
            amountAtOpening[caseId] = amount;
            lastState[caseId] = ISlashingCourt.CaseState.Open;
            _chargeOf[caseId] = _charges[provider].length;
            // Rounded down, so that a share is never overstated by the division.
            _charges[provider].push(Charge(block.timestamp, amount * 10_000 / before.tokens, false));
        } catch {
            ++refused;
        }
    }

    /// @dev An open case from `which` on, if there is one; closed ones are tried, too.
    function preferOpen(uint256 which) private view returns (CaseId) {
        uint256 start = which % cases.length;
        for (uint256 i = 0; i < cases.length && which % 4 != 0; ++i) {
            CaseId caseId = cases[(start + i) % cases.length];
            if (court.caseOf(caseId).state == ISlashingCourt.CaseState.Open) return caseId;
        }
        return cases[start];
    }

    function revealAs(
        address watcher,
        uint64 epoch,
        OffenceId id,
        bytes32[] memory chunks,
        IWatcherHub.Breach[] memory breaches
    ) private {
        VM.prank(watcher);
        try hub.reveal(epoch, "salt", chunks, "", breaches) {
            ++succeeded;
            ++timesAttested[id][watcher];
            tallyAllowed[id] += hub.weightAt(watcher, epoch);
        } catch {
            ++refused;
        }
    }

    function fund(Role role, address account, uint256 amount) private {
        fundAndStake(role, account, amount);
        books[role][account].staked += amount;
    }

    function note(address signer, address provider) private {
        if (firstOwner[signer] != address(0)) return;
        firstOwner[signer] = provider;
        signers.push(signer);
    }

    function pick(bool watcher, uint256 who) private view returns (Role, address) {
        return watcher ? (Role.Watcher, watchers[who % WATCHERS]) : (Role.Provider, providers[who % PROVIDERS]);
    }

    function providerName(uint256 index) private pure returns (string memory) {
        return string(abi.encodePacked("provider", index));
    }
}
