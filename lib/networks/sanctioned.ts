// biome-ignore-all format: a program makes this file
/** Addresses under sanctions; `npm run -s sanctions` makes this file (sanctions.ts). */

/** When the list was published (a date in UTC), and where it was taken from. */
export const SANCTIONS_LIST = {
  date: '2026-10-01',
  source:
    'OFAC SDN list (sdn_advanced.xml), its addresses by github.com/bitnob/ofac-address-feed',
};

/** The fingerprints, one after the other, in base64. */
export const SANCTIONED = [
  'ANdkt1e3gVgDRrSIkTuX7QOnkJIM9ixXBtCKVb7N4bMHGuMZDGeXoQgPfZhnJROsCmyqSO3oMHQLeVoe',
  'vuehaQv79dVkKIKKDBraBsXOrOgPW2PHAYzA4BYI99omm91OF7Z1xIHT0JwXuPj+xWnRPxtp+fhU0N6Z',
  'HxnZApgHrawgC32dRawEbCJGRwhZAGdBIp34zpzr0nMmzCK+ICmiySf7uU1lkJ4zLX3nFiGc7WsvCSvR',
  'WxMWVi+AojTH4TqRMTHakL9OYgYzKNwXhkSpgjM/PtRp4DMYNOkq+a1FkOU30yPKG0GyBTta4iaCGPjk',
  'PSyDdhmZJvhDcaNoS9Eoc0Wc6Tl1AGrpTMoa2Erm0b5N3J9B7UPi206M18kugMCMVDQ7dZIO7OZUo/df',
  'qpz+Klcq5KvkmrABWXgU4QfL8rNaLkG4f5BnMVpcBgiVMMB2Wzo2sVepRClbZ5yYsTWjGV0K32XLuUg3',
  'YGuXGIwUnLpkgJoTlibzrmTXK55fsxpRaAHHFZi41wVoOJkOSS7iymkNttM1/ZAqae0aJEmqh/5qdGbm',
  'zYZD3Gqblvq5diBNaxc4QgRDtfhvzxOS7kCLjG/gxVrBmfoCcLEJ6wLJOflzB20+uHCWdnW9CaSZ7oxG',
  'dwsaIHYMHH16vKz0verBln3j+4T/Uhtgf1mxUFQcDRyAK2GNCcHsG4CPQxSTHN3rgRMxxkCvcFOCX0Vs',
  'u/8XUIRN7B1n3sOChGYsos/yVTeG6iBnOzBM14lLtUcH/V5piV/B0V6AIKeNpokXopTRko7p8dpkTMdh',
  'j3CtGzwc02CQLLO0tOSMrpB+Y0dgHhovkhj94UgXCNaXPU+HzBolZaFmaBzedt31oqZncPgFyNujSJZJ',
  'au5x+aSSt3Z6T0iQpOwa95Z0ApqleL9A2u0Ayqn8360SCbiaqsKukVHoZCquJ265+Jl9Pa4o4ldcFzE8',
  'sc2+3yR93ICzINPGhEwT77QwcduXaa0gtvZ+QC+tSye5RdsKZtMMNLsal6R+6BOLviMOVvBPQQvBhfy2',
  'sQWtWcGOBzG/5GN0webNsM9XrLrDPhLrmJkuY8Qz5Yrx/Yo/xduQLw5be/bH8zHyO+dtS9KHBxfhAz6a',
  '1U9gdvdWj/Hcu9QoFrxDYNzidg7pJadB3bqDemaVne7lu9entYpP1Oa0997YDKK56b6drAwBr6bt/Lyn',
  '8gozofCwp9kCUhGG8dIbfa65Um/zJF/xWA8jNPNaUScCkfhU9HsTSVfdQpX189L1+wj7I/bbqh1PZko4',
  '95WsdJ1oDaP8gCNVcp28Af16Y4PkiPMe/Z6VgBl1Ea/9sInpSvR2Nf4an0gBkpMF/y+9cwwyTVz/PjVN',
  'bea/uA==',
].join('');
