# python3-astropy
# allows contextlib
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.cosmology import Planck18
from astropy.time import Time

print((1 * u.pc).to(u.lyr).round(5), SkyCoord("1h12m43.2s +1d12m43s").ra.deg)
print(Time("2024-01-01").jd, Planck18.H0)
