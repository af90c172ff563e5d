# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded Azure traffic, replayed against the local Azure: where the two differ, the lab is wrong or the difference is accepted.

fetch      downloads the source distributions that carry recordings          selection.yml   which of their recordings take part
read       knows the formats of recordings
select     says what of a recording is replayed, seeded, or outside
seeds      puts into the lab what lies outside its promise                   seeds.yml       what that may be
names      gives everything fresh names
replay     sends the requests and follows the operations
compare    tells an answer from the recorded one                             deviations.yml  the differences that are accepted
report     counts, and writes build/golden.json
"""
