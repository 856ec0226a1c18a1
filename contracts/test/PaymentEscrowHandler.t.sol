// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PaymentEscrow} from "../PaymentEscrow.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {ContractWallet} from "../mocks/ContractWallet.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {PaymentEscrowSetup} from "./PaymentEscrowSetup.t.sol";

/// @dev Random actions of several gateways (one a wallet with code), keys and providers (one of them a gateway). Keeps
/// its own books and knows of every call whether it must succeed: it reverts when a call ends otherwise.
contract PaymentEscrowHandler is PaymentEscrowSetup {
    uint256 public constant GATEWAYS = 3;
    uint256 public constant PROVIDERS = 4;
    uint256 private constant KEYS = 2;

    struct Signed {
        uint256 gateway;
        uint256 provider;
        /// @dev Of `KEYS`; the gateway's own signature beyond.
        uint256 key;
        uint256 total;
        bytes signature;
    }

    struct Book {
        uint256 deposited;
        uint256 withdrawn;
        uint256 taken;
        uint256 thawing;
        uint256 thawEnd;
    }

    enum KeyState {
        Unknown,
        Authorized,
        Thawing
    }

    address[GATEWAYS] public gateways;
    address[PROVIDERS] public providers;
    mapping(address gateway => Book) public books;
    mapping(address gateway => mapping(address provider => uint256)) public highestSigned;
    mapping(address gateway => mapping(address provider => uint256)) public collectedBefore;
    uint256 public paid;
    uint256 public feesTaken;
    uint256 public feesPaid;
    uint256 public donated;
    uint256 public refused;
    mapping(bytes32 action => uint256) public done;

    Signed[] private _signed;
    mapping(address gateway => mapping(uint256 key => KeyState)) private _keys;
    mapping(address gateway => mapping(uint256 key => uint256)) private _revocableAt;
    uint256 private _pausedUntil;

    error Broken(string rule);

    constructor() {
        deployEscrow();
        gateways = [
            makeAddress("gateway0"),
            makeAddress("gateway1"),
            address(new ContractWallet(makeAddress("gateway2")))
        ];
        providers = [makeAddress("provider0"), makeAddress("provider1"), makeAddress("provider2"), gateways[1]];
        for (uint256 i = 0; i < GATEWAYS; ++i) {
            token.mint(gateways[i], 100 ether);
            VM.prank(gateways[i]);
            token.approve(address(escrow), type(uint256).max);
            fund(gateways[i], gateways[i], 50 ether);
        }
    }

    /* BALANCE */

    function deposit(uint256 from, uint256 to, uint96 amount) external {
        address payer = gateways[from % GATEWAYS];
        uint256 has = token.balanceOf(payer);
        // One more than there is, at times.
        amount = uint96(bound(amount, 0, has / 4 + 1));
        address gateway = gateways[to % GATEWAYS];
        VM.prank(payer);
        try escrow.deposit(gateway, amount) {
            books[gateway].deposited += amount;
            succeed("deposit");
        } catch {
            refuse(amount == 0 || amount > has, "a deposit was refused");
        }
    }

    function thaw(uint256 who, uint96 amount) external {
        address gateway = gateways[who % GATEWAYS];
        IPaymentEscrow.Account memory account = escrow.accountOf(gateway);
        uint256 free = account.balance - account.thawing;
        amount = uint96(bound(amount, 0, free + free / 4 + 1));
        VM.prank(gateway);
        try escrow.thaw(amount) {
            books[gateway].thawing += amount;
            books[gateway].thawEnd = block.timestamp + ESCROW_THAW;
            succeed("thaw");
        } catch {
            refuse(amount == 0 || amount > free, "a thaw was refused");
        }
    }

    function cancelThaw(uint256 who) external {
        address gateway = gateways[who % GATEWAYS];
        bool thaws = books[gateway].thawing > 0;
        VM.prank(gateway);
        try escrow.cancelThaw() {
            (books[gateway].thawing, books[gateway].thawEnd) = (0, 0);
            succeed("cancelThaw");
        } catch {
            refuse(!thaws, "a thaw could not be cancelled");
        }
    }

    function withdraw(uint256 who) external {
        address gateway = gateways[who % GATEWAYS];
        Book storage book = books[gateway];
        uint256 before = token.balanceOf(gateway);
        VM.prank(gateway);
        try escrow.withdraw(gateway) returns (uint256 amount) {
            require(book.thawing > 0 && block.timestamp >= book.thawEnd, Broken("left before its thaw ended"));
            require(amount == book.thawing, Broken("withdrew another amount than had thawed"));
            require(token.balanceOf(gateway) == before + amount, Broken("paid another amount than withdrawn"));
            require(!isPaused(), Broken("withdrew in a pause"));
            book.withdrawn += amount;
            (book.thawing, book.thawEnd) = (0, 0);
            succeed("withdraw");
        } catch {
            bool due = book.thawing > 0 && block.timestamp >= book.thawEnd && !isPaused();
            refuse(!due, "a withdrawal was refused after its thaw");
        }
    }

    /// @dev Tokens that nobody deposited.
    function donate(uint96 amount) external {
        amount = uint96(bound(amount, 1, 1 ether));
        token.mint(address(escrow), amount);
        donated += amount;
        succeed("donate");
    }

    /* KEYS */

    function authorize(uint256 who, uint256 which) external {
        address gateway = gateways[who % GATEWAYS];
        uint256 key = which % KEYS;
        VM.prank(gateway);
        try escrow.authorizeSigner(makeAddress(keyName(key))) {
            _keys[gateway][key] = KeyState.Authorized;
            succeed("authorizeSigner");
        } catch {
            refuse(_keys[gateway][key] == KeyState.Authorized, "a key was not authorized");
        }
    }

    function thawKey(uint256 who, uint256 which) external {
        address gateway = gateways[who % GATEWAYS];
        uint256 key = which % KEYS;
        VM.prank(gateway);
        try escrow.thawSigner(makeAddress(keyName(key))) {
            _keys[gateway][key] = KeyState.Thawing;
            _revocableAt[gateway][key] = block.timestamp + ESCROW_THAW;
            succeed("thawSigner");
        } catch {
            refuse(_keys[gateway][key] != KeyState.Authorized, "a key could not be announced to go");
        }
    }

    function revokeKey(uint256 who, uint256 which) external {
        address gateway = gateways[who % GATEWAYS];
        uint256 key = which % KEYS;
        bool due = _keys[gateway][key] == KeyState.Thawing && block.timestamp >= _revocableAt[gateway][key];
        VM.prank(gateway);
        try escrow.revokeSigner(makeAddress(keyName(key))) {
            require(due, Broken("a key was revoked before its thaw ended"));
            _keys[gateway][key] = KeyState.Unknown;
            succeed("revokeSigner");
        } catch {
            refuse(!due, "a key could not be revoked after its thaw");
        }
    }

    /* VOUCHERS */

    /// @dev Mostly somewhat more than before, as of a gateway that is served; at times less or far more.
    function sign(uint256 who, uint256 whom, uint256 which, uint96 more) external {
        signVoucher(who % GATEWAYS, whom % PROVIDERS, which % (KEYS + 1), more);
    }

    /// @dev Any voucher ever signed, so also the old, the paid, and those of revoked keys.
    function collect(uint256 which) external {
        if (_signed.length == 0) return;
        collectSigned(_signed[which % _signed.length]);
    }

    function signAndCollect(uint256 who, uint256 whom, uint256 which, uint96 more) external {
        signVoucher(who % GATEWAYS, whom % PROVIDERS, which % (KEYS + 1), more);
        collectSigned(_signed[_signed.length - 1]);
    }

    /// @dev A signed voucher for another gateway, provider or total than the signature's.
    function forge(uint256 which, uint256 who, uint256 whom, uint96 total) external {
        if (_signed.length == 0) return;
        Signed memory forged = _signed[which % _signed.length];
        (uint256 gateway, uint256 provider) = (who % GATEWAYS, whom % PROVIDERS);
        if (gateway == forged.gateway && provider == forged.provider && total == forged.total) return;
        (forged.gateway, forged.provider, forged.total) = (gateway, provider, total);
        try escrow.collect(voucherOf(forged), signerOf(forged), forged.signature) {
            revert Broken("a forged voucher was paid");
        } catch {
            ++refused;
            ++done["forge"];
        }
    }

    /* FEES AND PAUSE */

    function setFee(uint16 feeBps) external {
        feeBps = uint16(bound(feeBps, 0, MAX_FEE_BPS + 100));
        VM.prank(GOVERNOR);
        try escrow.setFee(feeBps) {
            succeed("setFee");
        } catch {
            refuse(feeBps > MAX_FEE_BPS, "a fee within the cap was refused");
        }
    }

    function payFees() external {
        uint256 due = feesTaken - feesPaid;
        uint256 before = token.balanceOf(TREASURY);
        try escrow.payFees() returns (uint256 amount) {
            require(amount == due && token.balanceOf(TREASURY) == before + due, Broken("paid other fees"));
            require(!isPaused(), Broken("paid fees in a pause"));
            feesPaid += amount;
            succeed("payFees");
        } catch {
            refuse(due == 0 || isPaused(), "fees were not paid");
        }
    }

    function changePause(uint8 what) external {
        if (what % 4 == 0) {
            bool tooSoon = _pausedUntil != 0 && block.timestamp < _pausedUntil + PAUSE;
            VM.prank(GUARDIAN);
            try escrow.pause() {
                require(!tooSoon, Broken("paused too soon"));
                _pausedUntil = block.timestamp + PAUSE;
                succeed("pause");
            } catch {
                refuse(tooSoon, "a pause was refused");
            }
        } else {
            VM.prank(GOVERNOR);
            try escrow.unpause() {
                _pausedUntil = block.timestamp;
                succeed("unpause");
            } catch {
                refuse(!isPaused(), "a pause was not ended");
            }
        }
    }

    /* TIME */

    /// @dev Often to the very second at which a thaw ends, or just before.
    function wait(uint32 time, uint256 who) external {
        uint256 thawEnd = books[gateways[who % GATEWAYS]].thawEnd;
        uint256 to = block.timestamp + bound(time, 1, 12 days);
        if (time % 3 == 0 && thawEnd > block.timestamp + 1) to = time % 2 == 0 ? thawEnd : thawEnd - 1;
        VM.warp(to);
        ++done["wait"];
    }

    /* FOR THE INVARIANTS */

    function contracts() external view returns (PaymentEscrow, MockToken) {
        return (escrow, token);
    }

    function treasury() external view returns (address) {
        return TREASURY;
    }

    function signed() external view returns (uint256) {
        return _signed.length;
    }

    /* STEPS */

    function signVoucher(uint256 gateway, uint256 provider, uint256 key, uint96 more) private {
        Signed memory made = Signed(gateway, provider, key, 0, "");
        IPaymentEscrow.Voucher memory voucher = voucherOf(made);
        uint256 step = more % 16 == 0 ? bound(more, 0, 1_000 ether) : bound(more, 0, 3 ether);
        // A third of the steps is dust, where roundings show.
        if (more % 3 == 0) step %= 100;
        voucher.total = escrow.collectedOf(voucher.gateway, voucher.provider) + step;
        made.total = voucher.total;
        string memory name =
            key < KEYS ? keyName(key) : string(abi.encodePacked("gateway", bytes1(uint8(48 + gateway))));
        made.signature = signatureFor(address(escrow), name, voucher);
        _signed.push(made);
        mapping(address => uint256) storage highest = highestSigned[voucher.gateway];
        if (voucher.total > highest[voucher.provider]) highest[voucher.provider] = voucher.total;
        ++done["sign"];
    }

    function collectSigned(Signed memory made) private {
        IPaymentEscrow.Voucher memory voucher = voucherOf(made);
        bool binds = made.key >= KEYS || _keys[voucher.gateway][made.key] != KeyState.Unknown;
        uint256 before = escrow.collectedOf(voucher.gateway, voucher.provider);
        uint256 balance = escrow.accountOf(voucher.gateway).balance;
        bool pays = binds && voucher.total > before && balance > 0 && !isPaused();
        uint256 held = token.balanceOf(voucher.provider);
        try escrow.collect(voucher, signerOf(made), made.signature) returns (uint256 amount) {
            require(binds, Broken("a revoked or unknown key spent"));
            require(pays, Broken("paid in a pause or what was not due"));
            uint256 due = voucher.total - before;
            require(amount == (due < balance ? due : balance), Broken("took another amount than due"));
            collected(voucher, amount, before, held);
        } catch {
            refuse(!pays, "a good voucher was refused");
        }
    }

    function collected(
        IPaymentEscrow.Voucher memory voucher,
        uint256 amount,
        uint256 before,
        uint256 held
    ) private {
        uint256 payout = token.balanceOf(voucher.provider) - held;
        uint256 fee = amount - payout;
        require(fee == amount * escrow.feeBps() / 10_000, Broken("took another fee than set"));
        require(
            escrow.collectedOf(voucher.gateway, voucher.provider) == before + amount, Broken("miscounted")
        );
        paid += payout;
        feesTaken += fee;
        collectedBefore[voucher.gateway][voucher.provider] = before + amount;
        Book storage book = books[voucher.gateway];
        book.taken += amount;
        uint256 left = book.deposited - book.withdrawn - book.taken;
        // What was collected was not thawing any more.
        if (book.thawing > left) {
            book.thawing = left;
            ++done["collect thawing"];
        }
        if (book.thawing == 0) book.thawEnd = 0;
        if (escrow.collectedOf(voucher.gateway, voucher.provider) < voucher.total) ++done["collect a part"];
        succeed("collect");
    }

    function fund(address payer, address gateway, uint256 amount) private {
        VM.prank(payer);
        escrow.deposit(gateway, amount);
        books[gateway].deposited += amount;
    }

    function succeed(bytes32 action) private {
        ++done[action];
    }

    /// @dev A refusal without a cause is a fault, too: money would be stuck.
    function refuse(bool expected, string memory rule) private {
        ++refused;
        require(expected, Broken(rule));
    }

    function isPaused() private view returns (bool) {
        return block.timestamp < _pausedUntil;
    }

    function voucherOf(Signed memory made) private view returns (IPaymentEscrow.Voucher memory) {
        return IPaymentEscrow.Voucher(gateways[made.gateway], providers[made.provider], made.total);
    }

    function signerOf(Signed memory made) private view returns (address) {
        return made.key < KEYS ? makeAddress(keyName(made.key)) : gateways[made.gateway];
    }

    function keyName(uint256 key) private pure returns (string memory) {
        return key == 0 ? "key0" : "key1";
    }
}
