# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded Azure traffic that is replayed against the lab. For each difference, the lab is wrong or the difference is accepted.

fetch      downloads the source distributions that carry recordings          selection.yml   which of their recordings take part
read       knows the formats of recordings
select     decides what of a recording is replayed, seeded, or outside
seeds      puts into the lab what it cannot create itself                    seeds.yml       the reviewed list of that
names      gives everything fresh names
replay     sends the requests and follows the operations
compare    compares an answer with the recorded one                             deviations.yml  the differences that are accepted
report     counts, and writes build/golden.json
"""
