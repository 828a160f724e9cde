/**
 * Contracts of EVM chains that keep what is sent to them. Each list says from where and when it was
 * taken; what only documents that is in no bundle. An address is refused on every EVM chain: nobody
 * can have a key for one at which a contract stands on any of them.
 */

/** Addresses, with where they were taken from and when (a date in UTC). */
export type AddressList = { source: string; date: string; addresses: readonly string[] };

const TOKENS = [
  '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', // USDC
  '0xdAC17F958D2ee523a2206206994597C13D831ec7', // USDT
  '0x6B175474E89094C44Da98b954EedeAC495271d0F', // DAI
  '0xdC035D45d973E3EC169d2276DDab16f1e407384F', // USDS
  '0x6c3ea9036406852006290770BEdFcAbA0e23A0e8', // PYUSD
  '0x8292Bb45bf1Ee4d140127049757C2E0fF06317eD', // RLUSD
  '0x8d0D000Ee44948FC98c9B98A4FA4921476f08B0d', // USD1
  '0x8E870D67F660D95d5be530380D0eC0bd388289E1', // USDP
  '0x4Fabb145d64652a948d72533023f6E7A623C7C53', // BUSD
  '0x1aBaEA1f7C830bD89Acc67eC4af516284b1bC33c', // EURC
  '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2', // WETH
  '0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599', // WBTC
  '0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf', // cbBTC
  '0x7D1AfA7B718fb893dB30A3aBc0Cfc608AaCfeBB0', // MATIC
  '0x455e53CBB86018Ac2B8092FdCd39d8444aFFC3F6', // POL
  '0x514910771AF9Ca656af840dff83E8264EcF986CA', // LINK
  '0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984', // UNI
  '0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cE', // SHIB
  // Of Polygon:
  '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', // USDC
  '0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174', // USDC.e, bridged
  '0xc2132D05D31c914a87C6611C10748AEb04B58e8F', // USDT
  '0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063', // DAI
  '0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270', // WPOL, once WMATIC
  '0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619', // WETH
  '0x1BFD67037B42Cf73acF2047067bd4F2C47D9BfD6', // WBTC
];

/** Liquid stakes and dollars that the list above does not have. */
const OTHER_TOKENS = [
  '0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84', // stETH
  '0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0', // wstETH
  '0x4c9EDD5852cd905f086C759E8383e09bff1E68B3', // USDe
  '0xc5f0f7b66764F6ec8C8Dff7BA683102295E16409', // FDUSD
];

const SYSTEM = [
  '0x00000000219ab540356cBB839Cbe05303d7705Fa', // Deposits of validators
  '0x00000961Ef480Eb55e80D19ad83579A64c007002', // Withdrawals, EIP-7002
  '0x0000BBdDc7CE488642fb579F8B00f3a590007251', // Consolidations, EIP-7251
  '0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02', // Beacon roots, EIP-4788
  '0x0000F90827F1C53a10cb7A02335B175320002935', // Block hashes, EIP-2935
  '0x4e59b44847b379578588920cA78FbF26c0B4956C', // Deployer by CREATE2
  '0xcA11bde05977b3631167028862bE2a173976CA11', // Multicall3
  '0xdEAD000000000000000042069420694206942069', // A place to burn tokens
];

const POLYGON_BRIDGE = [
  '0xA0c68C638235ee32657e8f720a23ceC1bFc77C77', // Root chain manager
  '0x401F6c983eA34274ec46f84D70b31C151321188b', // Deposit manager
];

/** What Safes are made of, and share: no Safe of anybody's. */
const SAFE = [
  '0xb6029EA3B2c51D09a50B53CA8012FeEB05bDa35A', // Safe 1.0.0
  '0x34CfAC646f301356fAa8B21e94227e3583Fe3F5F', // Safe 1.1.1
  '0x6851D6fDFAfD08c0295C392436245E5bc78B0185', // Safe 1.2.0
  '0xd9Db270c1B5E3Bd161E8c8503c55cEABeE709552', // Safe 1.3.0
  '0x69f4D1788e39c87893C980c06EdF4b7f686e2938', // Safe 1.3.0, by EIP-155
  '0x3E5c63644E683549055b9Be8653de26E0B4CD36E', // Safe 1.3.0, L2
  '0xfb1bffC9d739B8D520DaF37dF666da4C687191EA', // Safe 1.3.0, L2, by EIP-155
  '0x41675C099F32341bf84BFc5382aF534df5C7461a', // Safe 1.4.1
  '0x29fcB43b46531BcA003ddC8FCB67FFE91900C762', // Safe 1.4.1, L2
  '0xFf51A5898e281Db6DfC7855790607438dF2ca44b', // Safe 1.5.0
  '0xEdd160fEBBD92E350D4D398fb636302fccd67C7e', // Safe 1.5.0, L2
  '0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761', // MultiSend 1.3.0
  '0x40A2aCCbd92BCA938b02010E17A5b8929b49130D', // MultiSendCallOnly 1.3.0
  '0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526', // MultiSend 1.4.1
  '0x9641d764fc13c8B624c04430C7356C1C7C8102e2', // MultiSendCallOnly 1.4.1
];

/** In lower case, without `0x`. */
export const UNPAYABLE_EVM: ReadonlySet<string> = new Set(
  [...TOKENS, ...OTHER_TOKENS, ...SYSTEM, ...POLYGON_BRIDGE, ...SAFE].map((address) =>
    address.slice(2).toLowerCase(),
  ),
);

/** Where each list is from. */
export const EVM_LISTS: Readonly<Record<string, AddressList>> = {
  tokens: {
    source:
      'github.com/Uniswap/default-token-list 49f39bd (2026-08-06), src/tokens/{mainnet,polygon}.json',
    date: '2026-11-27',
    addresses: TOKENS,
  },
  otherTokens: {
    source: 'each in ten or more public repositories under its own symbol',
    date: '2026-11-27',
    addresses: OTHER_TOKENS,
  },
  system: {
    source: 'EIPs 2935, 4788, 7002 and 7251; github.com/ethereum/consensus-specs; public code',
    date: '2026-11-27',
    addresses: SYSTEM,
  },
  polygonBridge: {
    source: 'each in ten or more public repositories under its own name',
    date: '2026-11-27',
    addresses: POLYGON_BRIDGE,
  },
  safe: {
    source: 'github.com/safe-global/safe-deployments d0989c9 (2026-08-17), chains 1 and 137',
    date: '2026-11-27',
    addresses: SAFE,
  },
};
