# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The local accounts, and when their passwords expire.

# A time in UTC, alike in every culture.
function ConvertTo-Text {
    param([datetime]$Time)
    $Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

$Ansible.Result = @{
    users = Read-List 'users' {
        foreach ($user in Get-LocalUser) {
            @{
                name = $user.Name
                sid = [string]$user.SID
                enabled = $user.Enabled
                # Windows keeps no time of the last change for such a password (not verified on Windows).
                must_change_password = $null -eq $user.PasswordLastSet
                password_required = $user.PasswordRequired
                password_expires = if ($null -ne $user.PasswordExpires) { ConvertTo-Text $user.PasswordExpires } else { $null }
            }
        }
    }
    time = Read-Fact 'time' { ConvertTo-Text (Get-Date) }
    unread = $unread
}
